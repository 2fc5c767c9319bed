import type { QuoteState } from '../../protocol/quotes.ts';
import type { FeedStatus, PriceOrigin } from '../market/feed.ts';
import type { MarketHours } from '../market/market-hours.ts';
import { quoteState } from '../market/staleness.ts';

/** Whether prints arrive: those of the feed, and those of each symbol. */
export interface Arrival {
  status(status: FeedStatus): void;
  confirmed(symbol: string, flowing: boolean): void;
  /** The feed ends; the next one reports when it is live. */
  end(): void;
  isFlowing(): boolean;
  /** Symbols that upstream has confirmed. */
  followed(): Iterable<string>;
  /** Now as the source has it: prints up to then have arrived. */
  sourceNow(): number;
  /** Whether upstream sends the symbol's prints, as far as the feed is there at all. */
  sends(symbol: string): boolean;
  /** The state of totals whose prints arrive; `stale` while none do. */
  state(): QuoteState;
}

export interface ArrivalOptions {
  /** Prints of every symbol arrive, confirmed or not. */
  readonly isWhole: boolean;
  readonly origin: PriceOrigin;
  readonly hours: Pick<MarketHours, 'session'>;
  readonly now: () => number;
}

/** A delayed feed is 900 to 903 seconds late. */
export const DELAYED_BY_MS = 905_000;

export function createArrival({ isWhole, origin, hours, now }: ArrivalOptions): Arrival {
  const confirmed = new Set<string>();
  let feed: FeedStatus['state'] = 'down';
  let behindMs = 0;
  return {
    status({ state }) {
      feed = state;
      // The last one that flowed says how old its prints were.
      if (state === 'live' || state === 'delayed') behindMs = state === 'delayed' ? DELAYED_BY_MS : 0;
    },
    confirmed(symbol, flowing) {
      if (flowing) confirmed.add(symbol);
      else confirmed.delete(symbol);
    },
    end() {
      feed = 'down';
      confirmed.clear();
    },
    isFlowing: () => feed === 'live' || feed === 'delayed',
    followed: () => confirmed,
    sourceNow: () => now() - behindMs,
    sends: (symbol) => isWhole || confirmed.has(symbol),
    state: () => quoteState(origin, feed, true, hours.session(now())),
  };
}
