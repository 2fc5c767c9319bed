import type { Cancel, Clock } from '../../lib/clock.ts';
import type { QuoteState } from '../../protocol/quotes.ts';
import type { Bus } from '../bus/bus.ts';
import type { Arrival } from './arrival.ts';
import type { ChangeReader } from './changes.ts';
import type { OffExchangeSums } from './sums.ts';
import type { SumsScope } from './sums-scope.ts';
import type { SymbolDay } from './symbol-sums.ts';
import { totalsAskedTopic, totalsTopic } from './topics.ts';
import type { TotalsRow } from './totals-message.ts';

/** An engine without prints publishes an empty message this often: the last message before a silence may be lost. */
const HEARTBEAT_MS = 1_000;

export interface TotalsPublisherOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly sums: OffExchangeSums;
  readonly lease: number;
  readonly intervalMs: number;
  readonly arrival: Pick<Arrival, 'sends' | 'state'>;
  readonly scope: () => SumsScope;
  /** Asked before each message: a stalled process detects here that another replica is the engine now. */
  readonly mayPublish: () => boolean;
}

type SymbolTotals = Pick<SymbolDay, 'symbol' | 'totals' | 'updatedAt'>;

const rowOf = ({ symbol, totals, updatedAt }: SymbolTotals, arrives: boolean): TotalsRow => ({
  symbol,
  bullish: String(totals.bullish),
  bearish: String(totals.bearish),
  unknown: String(totals.unknown),
  prints: totals.prints,
  updatedAt,
  arrives,
});

/** What changed of the engine's sums, for every replica, until the returned function is called. */
export function publishTotals(options: TotalsPublisherOptions): Cancel {
  const { bus, clock, sums, lease, arrival, scope, mayPublish } = options;
  const toRow = (one: SymbolTotals): TotalsRow => rowOf(one, arrival.sends(one.symbol));
  const news = sums.changes();
  let seq = 0;
  let edition = 0;
  let day = sums.day() ?? '';
  let publishedAt = 0;
  let published: QuoteState = 'stale';
  // The others know nothing of this engine's sums.
  let wholeDue = true;

  const publish = (): void => {
    if (!mayPublish()) return;
    // The day is that of the sums: it turns with the first trade of the next one, whether that counts or not.
    const today = sums.day() ?? day;
    const taken = takeOf(today, news, toRow);
    const isAnother = taken.isVoid || today !== day;
    if (isAnother) edition += 1;
    day = today;
    const now = clock.now();
    const state = arrival.state();
    const isQuiet = taken.rows.length === 0 && state === published && !isAnother;
    if (!wholeDue && isQuiet && now - publishedAt < HEARTBEAT_MS) return;
    const rows = wholeDue ? sums.symbols().map(toRow) : taken.rows;
    const after = seq;
    seq += 1;
    publishedAt = now;
    published = state;
    const head = { lease, after, seq, at: now, edition, day, whole: wholeDue, state, scope: scope() };
    bus.publish(totalsTopic, { ...head, rows });
    wholeDue = false;
  };
  const ends = [
    clock.every(options.intervalMs, publish),
    bus.subscribe(totalsAskedTopic, () => {
      wholeDue = true;
    }),
    () => news.close(),
  ];
  return () => {
    for (const end of ends) end();
  };
}

/** Of this day only: what ended before is stored, and on no board any more. */
function takeOf(today: string, news: ChangeReader, toRow: (one: SymbolTotals) => TotalsRow) {
  let isVoid = false;
  let rows: TotalsRow[] = [];
  for (const { day, isAnew, symbols } of news.take()) {
    if (day !== today) continue;
    if (isAnew) {
      isVoid = true;
      rows = [];
    }
    rows.push(...symbols.map(toRow));
  }
  return { isVoid, rows };
}
