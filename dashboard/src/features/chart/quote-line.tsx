import { isContract } from '../../../../src/protocol/symbol.ts';
import { Change } from '../../components/change.tsx';
import { HaltNote } from '../../components/halt-note.tsx';
import { StaleAge } from '../../components/stale-age.tsx';
import { StateNote } from '../../components/state-note.tsx';
import { usePresent } from '../../hooks/use-present.ts';
import { compact, percent, price, signedPercent, signedPrice } from '../../lib/format.ts';

/** The last price and the day's figures; grey with their age where they are not the present ones. */
export function QuoteLine({ symbol }: { symbol: string }) {
  const { present, quote, option } = usePresent(symbol);
  const change = present?.previousClose === undefined ? null : present.change;
  const stale = present?.state === 'stale';
  const figures = [
    ['Open', price(present?.open, symbol)],
    ['High', price(present?.high, symbol)],
    ['Low', price(present?.low, symbol)],
    ['Prev. close', price(present?.previousClose, symbol)],
    ['Volume', compact(present?.volume)],
    // With a dash for each before the first update: nothing below moves when it comes.
    ...(isContract(symbol)
      ? ([
          ['Bid', price(option?.bid, symbol)],
          ['Ask', price(option?.ask, symbol)],
          ['Open interest', compact(option?.openInterest)],
          ['Impl. volatility', percent(option?.impliedVolatility)],
        ] as const)
      : []),
  ] as const;
  return (
    <div className={`flex flex-wrap items-end justify-between gap-x-6 gap-y-2 ${stale ? 'not-live' : ''}`}>
      <p className="flex flex-wrap items-baseline gap-x-3">
        <span className="font-semibold text-2xl tracking-tight">{price(present?.price, symbol)}</span>
        <Change className="font-medium">
          {change === null
            ? signedPrice(null, null, symbol)
            : `${signedPrice(change, present?.price, symbol)} (${signedPercent(present?.changePercent)})`}
        </Change>
        <HaltNote quote={quote} />
        {stale ? <StaleAge timestamp={present.timestamp} /> : null}
        <StateNote state={present?.state} />
      </p>
      <dl className="flex flex-wrap gap-x-5 gap-y-1">
        {figures.map(([label, value]) => (
          <div key={label}>
            <dt className="text-muted text-xs">{label}</dt>
            <dd className="font-medium">{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
