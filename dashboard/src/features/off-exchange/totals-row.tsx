import { memo } from 'react';
import { useStore } from 'zustand';
import { Missing } from '../../components/missing.tsx';
import { compactMoney, marketTime, money, percent, quantity, wholeDollars } from '../../lib/format.ts';
import type { OffExchangeStore } from '../../stores/off-exchange.ts';
import { bullishShare, classifiedShare } from './amounts.ts';
import { BalanceBar } from './balance-bar.tsx';

/** Dollars; on a narrow table in short, with the cents as a title. */
function Amount({ value, look }: { value: number; look: string }) {
  return (
    <span title={money(value)} className={`whitespace-nowrap ${look}`}>
      <span className="@max-3xl:hidden">{wholeDollars(value)}</span>
      <span className="@3xl:hidden">{compactMoney(value)}</span>
    </span>
  );
}

function Prints({ prints }: { prints: number | null }) {
  if (prints !== null) return quantity(prints);
  return <Missing reason="The number of prints comes with the live connection." />;
}

export interface TotalsRowProps {
  readonly store: OffExchangeStore;
  readonly symbol: string;
  readonly selected: boolean;
  readonly onSelect: (symbol: string) => void;
}

/** The totals of one symbol; only its own change renders it. */
export const TotalsRow = memo(function TotalsRow({ store, symbol, selected, onSelect }: TotalsRowProps) {
  const totals = useStore(store.totals, ({ bySubject }) => bySubject[symbol]);
  if (!totals) return null;
  const stale = totals.state === 'stale';
  const bullish = bullishShare(totals);
  return (
    <tr
      className={`border-line border-t ${selected ? 'bg-accent-soft' : ''} ${stale ? 'not-live italic' : ''}`}
    >
      <th scope="row" className="py-1.5 pr-2 pl-3 text-left sm:pl-4">
        <button
          type="button"
          aria-pressed={selected}
          onClick={() => onSelect(symbol)}
          className="min-h-8 rounded font-semibold underline-offset-2 hover:underline"
        >
          {symbol}
        </button>
        {stale ? <span className="sr-only"> (not up to date)</span> : null}
      </th>
      <td className="px-2 py-1.5 text-right">
        <Amount value={totals.bullish} look="text-up" />
      </td>
      <td className="px-2 py-1.5 text-right">
        <Amount value={totals.bearish} look="text-down" />
      </td>
      <td className="px-2 py-1.5 text-right">
        <Amount value={totals.unknown} look="text-muted" />
      </td>
      <td className="px-2 py-1.5 @max-xl:hidden">
        <BalanceBar amounts={totals} />
        <span className="block text-muted text-xs">
          {bullish === null ? 'No side is known' : `${percent(bullish)} bullish`}
        </span>
      </td>
      <td className="px-2 py-1.5 text-right @max-lg:hidden">{percent(classifiedShare(totals))}</td>
      <td className="px-2 py-1.5 text-right @max-2xl:hidden">
        <Prints prints={totals.prints} />
      </td>
      <td className="py-1.5 pr-3 pl-2 text-right text-muted @max-3xl:hidden sm:pr-4">
        {marketTime(totals.lastUpdated)}
      </td>
    </tr>
  );
});
