import type { QuoteState } from '../../protocol/quotes.ts';
import type { FeedStatus, PriceOrigin } from '../market/feed.ts';
import { BEHIND_MS } from '../market/lateness.ts';
import type { MarketHours } from '../market/market-hours.ts';
import { quoteState } from '../market/staleness.ts';

/** Whether prints arrive: those of the feed, and those of each symbol. */
export interface Arrival {
  status(status: FeedStatus): void;
  confirmed(symbol: string, flowing: boolean): void;
  /** A frame was dropped whole: nobody knows whose prints were in it. */
  dropped(): void;
  /** No frame has been dropped since. */
  dropsEnded(): void;
  /** The feed ends; the next one reports when it is live. */
  end(): void;
  /** Every print that upstream sends arrives. */
  isFlowing(): boolean;
  /** Symbols that upstream has confirmed. */
  followed(): Iterable<string>;
  /** Prints up to then have arrived, by the source's time. */
  until(): number;
  /** Prints from then on arrive, by the source's time: those that came before `heldSince` of our time do not count. */
  from(heldSince: number): number;
  /** The source's time of the newest prints that arrive now. */
  reached(): number;
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
  /** The last sign of upstream, milliseconds since epoch. */
  readonly heardAt: () => number;
}

/** An invented market makes its prints in this process. */
const AT_ONCE = { least: 0, most: 0 };

export function createArrival({ isWhole, origin, hours, now, heardAt }: ArrivalOptions): Arrival {
  const confirmed = new Set<string>();
  let feed: FeedStatus['state'] = 'down';
  let behindMs: { readonly least: number; readonly most: number } =
    origin === 'simulated' ? AT_ONCE : BEHIND_MS.live;
  let since = now();
  let isDropping = false;
  // While an invented market stands still there are no prints to miss.
  const arrives = (): boolean => origin === 'simulated' || feed === 'live' || feed === 'delayed';
  return {
    status({ state }) {
      const arrived = arrives();
      feed = state;
      // The last one that flowed says how old its prints were.
      if (origin !== 'simulated' && (state === 'live' || state === 'delayed')) behindMs = BEHIND_MS[state];
      if (!arrived && arrives()) since = now();
    },
    dropped() {
      isDropping = true;
      since = now();
    },
    dropsEnded() {
      isDropping = false;
    },
    confirmed(symbol, flowing) {
      if (flowing) confirmed.add(symbol);
      else confirmed.delete(symbol);
    },
    end() {
      feed = 'down';
      isDropping = false;
      confirmed.clear();
    },
    isFlowing: () => arrives() && !isDropping,
    followed: () => confirmed,
    until: () => heardAt() - behindMs.most,
    from: (heldSince) => Math.max(since, heldSince) - behindMs.least,
    reached: () => now() - behindMs.least,
    sends: (symbol) => isWhole || confirmed.has(symbol),
    state: () => quoteState(origin, feed, true, hours.session(now())),
  };
}
