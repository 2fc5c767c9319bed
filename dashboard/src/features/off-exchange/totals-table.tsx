import { useMemo, useState } from 'react';
import { useStore } from 'zustand';
import { createTypedMatch } from '../../../../src/protocol/symbol.ts';
import { Button } from '../../components/button.tsx';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { useNow } from '../../hooks/use-now.ts';
import type { OffExchangeStore } from '../../stores/off-exchange.ts';
import { nextSort, ofNewestDay, type Sort, type SortColumn, sortTotals } from './amounts.ts';
import { COLUMNS } from './column-looks.ts';
import { TotalsRow } from './totals-row.tsx';

/** A row that moves while a reader aims at it is clicked by mistake. */
const ORDER_INTERVAL_MS = 5_000;
/** Rows that are drawn at a time: hundreds that change with each print would leave no time for anything else. */
const PAGE = 50;
const LARGEST_FIRST: Sort = { column: 'total', descending: true };

interface HeaderProps {
  readonly column: SortColumn;
  readonly label: string;
  readonly sort: Sort;
  readonly onSort: (column: SortColumn) => void;
  readonly className?: string;
}

function Header({ column, label, sort, onSort, className = '' }: HeaderProps) {
  const active = sort.column === column;
  const order = sort.descending ? 'descending' : 'ascending';
  return (
    <th
      scope="col"
      aria-sort={active ? order : 'none'}
      className={`font-medium ${COLUMNS[column]} ${className}`}
    >
      <button
        type="button"
        onClick={() => onSort(column)}
        className={`relative min-h-9 rounded hover:text-ink ${active ? 'text-ink' : ''}`}
      >
        {label}
        {active ? (
          // Beside the label, so that the label stands over its numbers.
          <span
            aria-hidden="true"
            className={`absolute inset-y-0 flex items-center text-[0.65em] ${column === 'symbol' ? 'left-full ml-1' : 'right-full mr-0.5'}`}
          >
            {sort.descending ? '▼' : '▲'}
          </span>
        ) : null}
      </button>
    </th>
  );
}

/** The symbols in their order, which is renewed now and then and with each new symbol. */
function useOrder(store: OffExchangeStore, sort: Sort, filter: string): readonly string[] {
  const now = useNow(ORDER_INTERVAL_MS);
  const count = useStore(store.totals, ({ bySubject }) => Object.keys(bySubject).length);
  // biome-ignore lint/correctness/useExhaustiveDependencies: time and count say when the order is made anew
  return useMemo(() => {
    const { totals } = ofNewestDay(Object.values(store.totals.getState().bySubject));
    return sortTotals(totals, sort)
      .map(({ symbol }) => symbol)
      .filter(createTypedMatch(filter));
  }, [store, sort, filter, now, count]);
}

export interface TotalsTableProps {
  readonly store: OffExchangeStore;
  readonly selected: string | null;
  readonly filter: string;
  readonly onSelect: (symbol: string) => void;
}

/** Every symbol with prints on the day. */
export function TotalsTable({ store, selected, filter, onSelect }: TotalsTableProps) {
  const [sort, setSort] = useState(LARGEST_FIRST);
  const [most, setMost] = useState(PAGE);
  const symbols = useOrder(store, sort, filter);
  const hidden = symbols.length - most;
  const header = { sort, onSort: (column: SortColumn) => setSort((current) => nextSort(current, column)) };
  if (symbols.length === 0)
    return <p className="p-4 text-muted">No symbol with prints today begins like this.</p>;
  return (
    <ScrollRegion label="Off-exchange totals by symbol" className="max-h-[70dvh] overflow-y-auto">
      <table className="w-full table-fixed">
        <caption className="sr-only">Off-exchange totals by symbol</caption>
        <thead className="sticky top-0 z-10 bg-surface text-muted text-xs">
          <tr>
            <Header {...header} column="symbol" label="Symbol" className="w-20" />
            <Header {...header} column="bullish" label="Bullish" />
            <Header {...header} column="bearish" label="Bearish" />
            <Header {...header} column="unknown" label="Unknown" />
            <Header {...header} column="total" label="Total" />
            <th scope="col" className={`w-36 font-medium ${COLUMNS.balance}`}>
              Balance
            </th>
            <Header {...header} column="classified" label="Classified" className="w-24" />
            <th scope="col" className={`w-22 font-medium ${COLUMNS.prints}`}>
              Prints
            </th>
            <th scope="col" className={`w-24 font-medium ${COLUMNS.lastPrint}`}>
              Last print
            </th>
          </tr>
        </thead>
        <tbody>
          {symbols.slice(0, most).map((symbol) => (
            <TotalsRow
              key={symbol}
              store={store}
              symbol={symbol}
              selected={symbol === selected}
              onSelect={onSelect}
            />
          ))}
        </tbody>
      </table>
      {hidden > 0 ? (
        <div className="border-line border-t p-2 text-center">
          <Button onClick={() => setMost(most + PAGE)}>
            Show {Math.min(PAGE, hidden)} more of {symbols.length} symbols
          </Button>
        </div>
      ) : null}
    </ScrollRegion>
  );
}
