import { type ReactNode, useId, useMemo, useState } from 'react';
import { useStore } from 'zustand';
import { WarningIcon } from '../../components/icons.tsx';
import { Message } from '../../components/message.tsx';
import { Panel } from '../../components/panel.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { useFreshness } from '../../hooks/use-freshness.ts';
import { useNow } from '../../hooks/use-now.ts';
import { calendarDay, marketTime, quantity, share } from '../../lib/format.ts';
import { POLL_INTERVAL_MS } from '../../stores/connection.ts';
import type { OffExchangeStore } from '../../stores/off-exchange.ts';
import type { ThemeStore } from '../../stores/theme.ts';
import { classifiedShare, ofNewestDay, sortTotals, sumOf } from './amounts.ts';
import { BalanceBar } from './balance-bar.tsx';
import { Dollars } from './dollars.tsx';
import type { LoadMinuteChart } from './minute-canvas.tsx';
import { SymbolDay } from './symbol-day.tsx';
import { TotalsTable } from './totals-table.tsx';
import { useOffExchange } from './use-off-exchange.ts';

/** Sums of hundreds of symbols that change with every print can't be read. */
const SUM_INTERVAL_MS = 1_000;

const WHAT_IT_IS =
  'Off-exchange prints are trades that brokers and dark pools report to a FINRA facility after the fact: bullish means nearer to the ask and bearish nearer to the bid at that moment, which says neither who traded nor why.';

/** The totals of the newest day, looked at every second. */
function useDayTotals(store: OffExchangeStore) {
  const now = useNow(SUM_INTERVAL_MS);
  const count = useStore(store.totals, ({ bySubject }) => Object.keys(bySubject).length);
  // biome-ignore lint/correctness/useExhaustiveDependencies: time and count say when they are looked at
  return useMemo(() => {
    const { day, totals } = ofNewestDay(Object.values(store.totals.getState().bySubject));
    return {
      day,
      totals,
      sum: sumOf(totals),
      stale: totals.filter(({ state }) => state === 'stale').length,
      newest: totals.reduce((latest, { receivedAt }) => Math.max(latest, receivedAt), 0),
      lastPrint: totals.reduce((latest, { lastUpdated }) => Math.max(latest, Date.parse(lastUpdated)), 0),
    };
  }, [store, now, count]);
}

type DayTotals = ReturnType<typeof useDayTotals>;

/** Why the amounts may be old, the gravest reason first; empty where they are not. */
function useTrouble({ totals, stale, newest }: DayTotals, error: string | null): string {
  const freshness = useFreshness();
  const since = newest === 0 ? '' : ` The amounts are those of ${marketTime(newest)} New York.`;
  if (freshness === 'frozen') return `No live connection: the page tries again by itself.${since}`;
  if (freshness === 'polled')
    return `No live connection: the amounts are fetched every ${POLL_INTERVAL_MS / 1_000} seconds, and the page tries to connect in the background.`;
  if (stale > 0)
    return stale === totals.length
      ? 'The source of the prints has stopped: no amount is up to date.'
      : `The amounts of ${stale} of ${totals.length} symbols are not up to date.`;
  return error === null ? '' : `The amounts could not be fetched. ${error}`;
}

/** Why the amounts may be old, or else how new they are. */
function Upkeep({ trouble, lastPrint }: { trouble: string; lastPrint: number }) {
  return (
    // It has its line whatever it says, so that the table stays where it is.
    <div className="flex min-h-7 items-center px-3 py-1 text-xs sm:px-4">
      <p role="status" className="flex items-center gap-2 text-warn">
        {trouble === '' ? null : <WarningIcon className="size-4" />}
        {trouble}
      </p>
      {trouble === '' ? (
        <p className="text-muted">
          Each symbol’s panel says since when its amounts are summed. Last print at {marketTime(lastPrint)}.
        </p>
      ) : null}
    </div>
  );
}

function Figure({ label, children, look = '' }: { label: string; children: ReactNode; look?: string }) {
  return (
    <div className="min-w-0">
      <dt className="text-muted text-xs">{label}</dt>
      <dd className={`whitespace-nowrap font-semibold text-base ${look}`}>{children}</dd>
    </div>
  );
}

/** All symbols together. */
function Summary({ totals: { sum, totals } }: { totals: DayTotals }) {
  return (
    <div className="flex flex-col gap-2 border-line border-b p-3 sm:px-4">
      <dl className="grid grid-cols-2 gap-3 @2xl:grid-cols-5">
        <Figure label="▲ Bullish" look="text-up">
          <Dollars value={sum.bullish} />
        </Figure>
        <Figure label="▼ Bearish" look="text-down">
          <Dollars value={sum.bearish} />
        </Figure>
        <Figure label="Unknown">
          <Dollars value={sum.unknown} />
        </Figure>
        <Figure label="Could be classified">{share(classifiedShare(sum))}</Figure>
        <Figure label="Symbols">{quantity(totals.length)}</Figure>
      </dl>
      <BalanceBar amounts={sum} className="h-2.5" />
    </div>
  );
}

function Filter({ value, onChange }: { value: string; onChange: (text: string) => void }) {
  const id = useId();
  return (
    <div className="max-w-xs p-3 pb-1 sm:px-4">
      <label htmlFor={id} className="mb-1 block text-muted text-xs">
        Symbol begins with
      </label>
      <input
        id={id}
        type="search"
        autoComplete="off"
        spellCheck={false}
        value={value}
        onChange={({ target }) => onChange(target.value)}
        className="field"
      />
    </div>
  );
}

export interface LiveOffExchangeProps {
  /** Of the address; null for the one with the largest total. */
  readonly symbol: string | null;
  readonly onSymbol: (symbol: string) => void;
  readonly theme: ThemeStore;
  readonly loadChart?: LoadMinuteChart;
}

/** Off-exchange amounts of all symbols, and the day of one. */
export function LiveOffExchange({ symbol, onSymbol, theme, loadChart }: LiveOffExchangeProps) {
  const store = useOffExchange();
  const { settled, error } = useStore(store.status);
  const totals = useDayTotals(store);
  const trouble = useTrouble(totals, error);
  const frozen = useFreshness() === 'frozen';
  const [filter, setFilter] = useState('');
  /** The first largest stays, or the panel beside would change by itself. */
  const [largest, setLargest] = useState<string | null>(null);
  /** The reader chose the symbol here, and looks for it. */
  const [chosen, setChosen] = useState(false);
  const [first] = sortTotals(totals.totals, { column: 'total', descending: true });
  if (largest === null && first) setLargest(first.symbol);
  const shown = symbol ?? largest;
  const isEmpty = totals.totals.length === 0;

  function select(name: string) {
    setChosen(true);
    onSymbol(name);
  }
  const absence = () => {
    if (!settled) return <SkeletonRows rows={10} label="Loading the off-exchange amounts…" />;
    if (error !== null)
      return (
        <Message
          tone="problem"
          title="The off-exchange amounts did not load"
          action={{ label: 'Try again', run: () => void store.load() }}
        >
          {error}
        </Message>
      );
    return <Message title="No off-exchange prints yet today">They appear here as they are reported.</Message>;
  };

  return (
    <>
      <p className="max-w-5xl px-1 text-muted">{WHAT_IT_IS}</p>
      <div className="grid grid-cols-1 items-start gap-3 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <Panel
          id="off-exchange"
          title="By symbol"
          aside={
            <span className="text-muted text-xs">
              {totals.day === null ? '' : `${calendarDay(totals.day)}, New York`}
            </span>
          }
        >
          {isEmpty ? (
            absence()
          ) : (
            <div className={frozen ? 'not-live' : ''}>
              <Upkeep trouble={trouble} lastPrint={totals.lastPrint} />
              <Summary totals={totals} />
              <Filter value={filter} onChange={setFilter} />
              <TotalsTable store={store} selected={shown} filter={filter} onSelect={select} />
            </div>
          )}
        </Panel>
        {shown === null ? null : (
          <SymbolDay key={shown} symbol={shown} reveal={chosen} theme={theme} loadChart={loadChart} />
        )}
      </div>
    </>
  );
}
