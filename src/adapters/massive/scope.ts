/** With every trade of the market on the line: what of it is read, and where it goes. */
import type { FeedScope, FeedSink, ShedTrades } from '../../domain/market/feed.ts';
import { isOffExchange } from '../../domain/off-exchange/print.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { RawEvent } from './events.ts';

export interface ScopeRouting {
  /**
   * Whether a trade is worth reading. Asked of the event as it was parsed: here the trades on exchanges that nobody
   * follows are shed, three of five.
   */
  readsTrade(event: RawEvent): boolean;
  readonly sink: Pick<FeedSink, 'trade' | 'nbbo'>;
  stop(): void;
}

/** How many trades were shed, and when last: it outlives the connections of a feed. */
export interface ShedCount {
  add(): void;
  count(): number;
  /** Trades have been shed since the last call. */
  date(now: number): void;
  read(): ShedTrades;
}

export function createShedCount(): ShedCount {
  let trades = 0;
  let dated = 0;
  let lastAt: number | null = null;
  return {
    add() {
      trades += 1;
    },
    count: () => trades,
    date(now) {
      if (trades === dated) return;
      dated = trades;
      lastAt = now;
    },
    read: () => ({ trades, lastAt }),
  };
}

/** How often the log says what was shed. */
const REPORT_MS = 60_000;

export interface ScopeRoutingOptions {
  readonly sink: FeedSink;
  readonly wanted: () => ReadonlySet<string>;
  readonly scope: () => FeedScope | null;
  readonly shed: ShedCount;
  readonly clock: Clock;
  readonly log: Log;
}

export function createScopeRouting(options: ScopeRoutingOptions): ScopeRouting {
  const { sink, wanted, scope, shed, clock, log } = options;
  let reported = shed.count();
  const report = (): void => {
    const count = shed.count();
    if (count > reported)
      log.info({ trades: count - reported }, 'trades on exchanges of symbols that nobody follows were shed');
    reported = count;
  };
  return {
    readsTrade(event) {
      const current = scope();
      if (current === null) return true;
      const { sym, x, trfi } = event as { sym: string; x: number; trfi: number };
      if (isOffExchange({ exchange: x, trf: trfi })) return true;
      if (wanted().has(sym) || current.quoted.has(sym)) return true;
      shed.add();
      return false;
    },
    sink: {
      trade(tick) {
        if (scope() === null || wanted().has(tick.symbol)) sink.trade(tick);
        else sink.tape?.trade(tick);
      },
      nbbo(tick) {
        if (scope() === null || wanted().has(tick.symbol)) sink.nbbo(tick);
        else sink.tape?.nbbo(tick);
      },
    },
    stop: clock.every(REPORT_MS, report),
  };
}
