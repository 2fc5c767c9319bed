/** With every trade of the market on the line: what of it is read, and where it goes. */
import type { FeedScope, FeedSink } from '../../domain/market/feed.ts';
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
  /** Trades shed since the start. */
  shed(): number;
  stop(): void;
}

/** How often the log says what was shed. */
const REPORT_MS = 60_000;

export interface ScopeRoutingOptions {
  readonly sink: FeedSink;
  readonly wanted: () => ReadonlySet<string>;
  readonly scope: () => FeedScope | null;
  readonly clock: Clock;
  readonly log: Log;
}

export function createScopeRouting({ sink, wanted, scope, clock, log }: ScopeRoutingOptions): ScopeRouting {
  let shed = 0;
  let reported = 0;
  const report = (): void => {
    if (shed > reported)
      log.info({ trades: shed - reported }, 'trades on exchanges of symbols that nobody follows were shed');
    reported = shed;
  };
  return {
    readsTrade(event) {
      const current = scope();
      if (current === null) return true;
      const { sym, x, trfi } = event as { sym: string; x: number; trfi: number };
      if (isOffExchange({ exchange: x, trf: trfi })) return true;
      if (wanted().has(sym) || current.quoted.has(sym)) return true;
      shed += 1;
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
    shed: () => shed,
    stop: clock.every(REPORT_MS, report),
  };
}
