import { useEffect, useMemo, useState } from 'react';
import { useStore } from 'zustand';
import { isContract } from '../../../../src/protocol/symbol.ts';
import { AsOf } from '../../components/as-of.tsx';
import { Button } from '../../components/button.tsx';
import { Message } from '../../components/message.tsx';
import { Panel } from '../../components/panel.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { SymbolSearch } from '../../components/symbol-search.tsx';
import { useFreshness } from '../../hooks/use-freshness.ts';
import { useSubjects } from '../../hooks/use-topic.ts';
import { useWatchlist } from '../../hooks/use-watchlist.ts';
import { useDesk } from '../../hooks/websocket-context.tsx';
import { every } from '../../lib/timers.ts';
import { MAX_WATCHLIST } from '../../stores/watchlist.ts';
import { nextSort, type SortChoice, type SortColumn, sortSymbols } from './sort.ts';
import { WatchlistRow } from './watchlist-row.tsx';

/** Rows that change places at every tick cannot be read, let alone clicked. */
const RESORT_MS = 3_000;

function useSorted(symbols: readonly string[], sort: SortChoice): readonly string[] {
  const { states, timers } = useDesk();
  const [, resort] = useState(0);
  useEffect(() => {
    if (!sort || sort.column === 'symbol') return;
    return every(timers, RESORT_MS, () => resort((count) => count + 1));
  }, [sort, timers]);
  const prices = { ...states.quote.getState().bySubject, ...states.option.getState().bySubject };
  return sortSymbols(symbols, prices, sort);
}

interface SortHeaderProps {
  readonly column: SortColumn;
  readonly label: string;
  readonly sort: SortChoice;
  readonly onSort: (column: SortColumn) => void;
  readonly className: string;
}

function SortHeader({ column, label, sort, onSort, className }: SortHeaderProps) {
  const active = sort?.column === column;
  return (
    <th
      scope="col"
      aria-sort={active ? (sort.descending ? 'descending' : 'ascending') : undefined}
      className={`font-medium ${className}`}
    >
      <button type="button" className="relative py-2 hover:text-ink" onClick={() => onSort(column)}>
        {label}
        <span aria-hidden="true" className="absolute top-1/2 left-full -translate-y-1/2 pl-0.5 text-[0.8em]">
          {active ? (sort.descending ? '▾' : '▴') : ''}
        </span>
      </button>
    </th>
  );
}

function WatchlistTable({ symbols }: { symbols: readonly string[] }) {
  const [sort, setSort] = useState<SortChoice>(null);
  const sorted = useSorted(symbols, sort);
  const onSort = (column: SortColumn) => setSort((current) => nextSort(current, column));
  return (
    <table className="w-full table-fixed">
      <caption className="sr-only">Watchlist</caption>
      <thead className="sticky top-0 z-10 bg-surface text-muted text-xs">
        <tr>
          <SortHeader
            column="symbol"
            label="Symbol"
            sort={sort}
            onSort={onSort}
            className="pr-2 pl-3 text-left sm:pl-4"
          />
          {/* Without width instead of hidden: the name of a contract spans this column. */}
          <th
            scope="col"
            className="w-18 px-1 text-left font-medium @max-xs:invisible @max-xs:w-0 @max-xs:p-0"
          >
            Today
          </th>
          <SortHeader
            column="price"
            label="Price"
            sort={sort}
            onSort={onSort}
            className="w-21 px-2 text-right"
          />
          <SortHeader
            column="change"
            label="Change"
            sort={sort}
            onSort={onSort}
            className="w-22 px-2 text-right"
          />
          <td className="w-9" />
        </tr>
      </thead>
      <tbody>
        {sorted.map((symbol) => (
          <WatchlistRow key={symbol} symbol={symbol} />
        ))}
      </tbody>
    </table>
  );
}

/** When the newest value on the list came in; read only while nothing is pushed. */
function useNewest(symbols: readonly string[], reading: boolean): number {
  const { states } = useDesk();
  const newest = ({ bySubject }: { bySubject: Readonly<Record<string, { receivedAt: number }>> }) =>
    reading ? Math.max(0, ...symbols.map((symbol) => bySubject[symbol]?.receivedAt ?? 0)) : 0;
  return Math.max(useStore(states.quote, newest), useStore(states.option, newest));
}

/** Keeps the stocks of the list coming by the feed of stocks, its contracts by that of options. */
function useListed(symbols: readonly string[]) {
  const [stocks, contracts] = useMemo(
    () => [symbols.filter((symbol) => !isContract(symbol)), symbols.filter(isContract)],
    [symbols],
  );
  useSubjects('quote', stocks);
  useSubjects('option', contracts);
}

export function LiveWatchlist() {
  const watchlist = useWatchlist();
  const { status, symbols, saveError } = useStore(watchlist);
  const freshness = useFreshness();
  const newest = useNewest(symbols, freshness !== 'live');
  useListed(symbols);
  const full = symbols.length >= MAX_WATCHLIST;

  return (
    <Panel
      id="watchlist"
      title="Watchlist"
      aside={<AsOf receivedAt={newest} />}
      // Beside the rest a long list scrolls by itself, so that the chart of a clicked symbol stays in sight.
      className="md:max-xl:max-h-[44rem] xl:max-h-[calc(100dvh-5.25rem)]"
    >
      <div className="p-3">
        <SymbolSearch
          label="Add a symbol to the watchlist"
          placeholder={full ? `The list is full (${MAX_WATCHLIST})` : 'Add a symbol, company or contract'}
          onSelect={watchlist.add}
          taken={{ symbols, note: 'on the list' }}
          disabled={status !== 'ready' || full}
        />
        {saveError ? (
          <div
            role="alert"
            className="mt-2 flex items-center justify-between gap-2 rounded-md border border-warn bg-warn-soft px-3 py-1.5"
          >
            <span>Not saved. {saveError}</span>
            <Button onClick={() => void watchlist.save()}>Save again</Button>
          </div>
        ) : null}
      </div>
      {status === 'loading' ? <SkeletonRows rows={8} label="Loading the watchlist" /> : null}
      {status === 'failed' ? (
        <Message
          tone="problem"
          title="The watchlist could not be loaded"
          action={{ label: 'Try again', run: () => void watchlist.load() }}
        />
      ) : null}
      {status === 'ready' && symbols.length === 0 ? (
        <Message title="Your watchlist is empty">Search for a symbol above to follow its price.</Message>
      ) : null}
      {symbols.length > 0 ? (
        <div className={`min-h-0 md:overflow-y-auto ${freshness === 'frozen' ? 'not-live' : ''}`}>
          <WatchlistTable symbols={symbols} />
        </div>
      ) : null}
    </Panel>
  );
}
