import { type ReactNode, useMemo } from 'react';
import type { ChainPayload, OptionPayload } from '../../../../src/protocol/options.ts';
import type { QuotePayload } from '../../../../src/protocol/quotes.ts';
import { Change } from '../../components/change.tsx';
import { Missing } from '../../components/missing.tsx';
import { StaleAge } from '../../components/stale-age.tsx';
import { StateNote } from '../../components/state-note.tsx';
import {
  compact,
  decimals,
  percent,
  price,
  signedPercent,
  signedPrice,
  strikePrice,
} from '../../lib/format.ts';
import { atTheMoneyVolatility, type Counted, largestOpenInterest, putCallRatio, rowsOf } from './figures.ts';

export interface UnderlyingFiguresProps {
  readonly chain: ChainPayload;
  /** All of the chain, as it is known now. */
  readonly contracts: readonly OptionPayload[];
  readonly quote: QuotePayload | undefined;
  readonly spot: number | undefined;
}

function Figure({
  label,
  children,
  note,
}: {
  label: string;
  children: ReactNode;
  note?: string | undefined;
}) {
  return (
    <div className="min-w-0">
      <dt className="text-muted text-xs">{label}</dt>
      <dd className="whitespace-nowrap font-semibold text-base">
        {children}
        {note ? (
          <>
            {' '}
            <span className="font-normal text-muted text-xs max-sm:block sm:ml-0.5">{note}</span>
          </>
        ) : null}
      </dd>
    </div>
  );
}

function Spot({ quote, spot, chain }: Omit<UnderlyingFiguresProps, 'contracts'>) {
  const stale = (quote?.state ?? chain.underlying.state) === 'stale';
  return (
    <Figure label={chain.underlying.symbol}>
      {spot === undefined ? (
        <Missing reason="The underlying has no price" />
      ) : (
        <span className={`inline-flex flex-wrap items-baseline gap-x-2 ${stale ? 'not-live' : ''}`}>
          {price(spot, chain.underlying.symbol)}
          {quote?.previousClose === undefined ? null : (
            <Change className="font-medium text-sm">
              {`${signedPrice(quote.change, quote.price, quote.symbol)} (${signedPercent(quote.changePercent)})`}
            </Change>
          )}
          {quote && stale ? <StaleAge timestamp={quote.timestamp} /> : null}
          <StateNote state={quote?.state} className="font-normal" />
        </span>
      )}
    </Figure>
  );
}

const orMissing = (value: number | null, format: (known: number) => string, reason: string): ReactNode =>
  value === null ? <Missing reason={reason} /> : format(value);

/** The price of the underlying, and what the chain says as a whole. */
export function UnderlyingFigures({ chain, contracts, quote, spot }: UnderlyingFiguresProps) {
  const rows = useMemo(() => rowsOf(contracts), [contracts]);
  const ratio = (what: Counted, reason: string) =>
    orMissing(putCallRatio(contracts, what), (known) => decimals(known, 2), reason);
  const [calls, puts] = [largestOpenInterest(contracts, 'call'), largestOpenInterest(contracts, 'put')];
  return (
    <dl className="grid grid-cols-3 gap-x-3 gap-y-2 sm:gap-x-6 px-3 py-2.5 sm:flex sm:flex-wrap sm:px-4">
      <Spot quote={quote} spot={spot} chain={chain} />
      <Figure label="ATM volatility">
        {orMissing(
          atTheMoneyVolatility(rows, spot),
          percent,
          'No volatility is known of the strike at the money',
        )}
      </Figure>
      <Figure label="Put/call volume">{ratio('volume', 'No call has traded today')}</Figure>
      <Figure label="Put/call open int.">{ratio('openInterest', 'No open interest is known')}</Figure>
      {(['call', 'put'] as const).map((side) => {
        const largest = side === 'call' ? calls : puts;
        return (
          <Figure
            key={side}
            label={`Most open ${side}s`}
            note={largest ? `${compact(largest.openInterest)} open` : undefined}
          >
            {orMissing(largest?.strike ?? null, strikePrice, 'No open interest is known')}
          </Figure>
        );
      })}
    </dl>
  );
}
