/** With every trade of the market on the line: what of it is read, and where it goes. */
import type { FeedScope, FeedSink, ShedTrades } from '../../domain/market/feed.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { mayBePrint, type RawEvent } from './events.ts';

export interface ScopeRouting {
  /**
   * Whether a trade is worth reading. Asked of the event as it was parsed: here the trades on exchanges that nobody
   * follows are shed, three of five.
   */
  readsTrade(event: RawEvent): boolean;
  readonly sink: Pick<FeedSink, 'trade' | 'nbbo'>;
  stop(): void;
}

/** How many trades were shed, and when last. It outlives the connections of a feed. */
export interface ShedCount extends ShedTrades {
  trades: number;
  lastAt: number | null;
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
  let reported = shed.trades;
  const report = (): void => {
    if (shed.trades > reported)
      log.info(
        { trades: shed.trades - reported },
        'trades on exchanges of symbols that nobody follows were shed',
      );
    reported = shed.trades;
  };
  return {
    readsTrade(event) {
      const current = scope();
      if (current === null) return true;
      if (mayBePrint(event)) return true;
      const { sym } = event as { sym: string };
      if (wanted().has(sym) || current.quoted.has(sym)) return true;
      shed.trades += 1;
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
