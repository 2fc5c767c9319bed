import { memo } from 'react';
import { useStore } from 'zustand';
import { Missing } from '../../components/missing.tsx';
import { marketTime, quantity, share } from '../../lib/format.ts';
import type { OffExchangeStore } from '../../stores/off-exchange.ts';
import { bullishShare, classifiedShare, totalOf } from './amounts.ts';
import { BalanceBar } from './balance-bar.tsx';
import { COLUMNS } from './column-looks.ts';
import { Dollars } from './dollars.tsx';

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
      <th scope="row" className={`py-1.5 ${COLUMNS.symbol}`}>
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
      <td className={COLUMNS.bullish}>
        <Dollars value={totals.bullish} look="text-up" />
      </td>
      <td className={COLUMNS.bearish}>
        <Dollars value={totals.bearish} look="text-down" />
      </td>
      <td className={COLUMNS.unknown}>
        <Dollars value={totals.unknown} look="text-muted" />
      </td>
      <td className={COLUMNS.total}>
        <Dollars value={totalOf(totals)} look="font-medium" />
      </td>
      <td className={COLUMNS.balance}>
        <BalanceBar amounts={totals} />
        <span className="block text-muted text-xs">
          {bullish === null ? 'No side is known' : `${share(bullish)} bullish`}
        </span>
      </td>
      <td className={COLUMNS.classified}>{share(classifiedShare(totals))}</td>
      <td className={COLUMNS.prints}>
        <Prints prints={totals.prints} />
      </td>
      <td className={`text-muted ${COLUMNS.lastPrint}`}>{marketTime(totals.lastUpdated)}</td>
    </tr>
  );
});
