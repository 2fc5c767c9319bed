import type { Cancel, Clock } from '../../lib/clock.ts';
import type { MarketHours } from '../market/market-hours.ts';
import type { FeedTap } from '../market/tapped-feed.ts';
import { createArrival } from './arrival.ts';
import { createCoverage } from './coverage.ts';
import { createFollowing } from './following.ts';
import type { PrintCounters } from './print-check.ts';
import type { TermOptions } from './term.ts';
import { createTerms } from './terms.ts';
import { createTickQueue } from './tick-queue.ts';

/** Frames that are dropped one after the other make one gap, which ends this long after the last one … */
const DROPS_END_MS = 1_000;
/** … and no longer after the first one than this. */
const MAX_DROPS_MS = 60_000;

export interface KeeperOptions
  extends Pick<
    TermOptions,
    'bus' | 'store' | 'clock' | 'log' | 'origin' | 'sums' | 'scope' | 'past' | 'flushIntervalMs' | 'current'
  > {
  readonly hours: Pick<MarketHours, 'session'>;
  /** What upstream sent before has arrived; milliseconds since epoch. */
  readonly heardAt: () => number;
  /** The sums of the engine before are there. */
  readonly onRestored: () => void;
}

/** The engine's side of off-exchange prints: counts them, publishes the totals and keeps them. */
export interface OffExchangeKeeper {
  /** Where the feed's ticks arrive. */
  readonly tap: FeedTap;
  /** Goes on from what the engine before has stored. Ticks that come meanwhile wait. */
  begin(fencing: number): void;
  /** Stores what was counted, if this replica still may. */
  end(): Promise<void>;
  /** As `end`, for good: no further term follows. */
  stop(): Promise<void>;
  /** Since the process started. */
  counters(): PrintCounters;
  /** The symbols with the most notional of the day, most first; none without the lease. */
  heaviest(count: number): readonly string[];
  /** Times in which prints may be missing. */
  gaps(): GapCounts;
  /** How long the oldest print has waited to be stored, one of those included that wait for the sums to be read. */
  unsavedMs(): number;
}

export interface GapCounts {
  /** Since the process started. */
  readonly begun: number;
  /** Their prints are being requested. */
  readonly fetching: number;
  /** Symbols whose prints of a gap are there after all, since the process started. */
  readonly filled: number;
  /** Frames and trades that could not be read and may have been prints, since the process started. */
  readonly unreadable: number;
  /** Symbols whose prints of a gap are not asked for any more: it stays. Since the process started. */
  readonly givenUp: number;
}

export function createOffExchangeKeeper(options: KeeperOptions): OffExchangeKeeper {
  const { clock, log } = options;
  const coverage = createCoverage(options.hours);
  const isWhole = options.scope().symbols === '*';
  const arrival = createArrival({ ...options, isWhole, now: clock.now });
  const queue = createTickQueue(log, clock.now);
  const tally = createGapTally();
  const following = createFollowing(arrival.reached);
  const terms = createTerms({ ...options, arrival, coverage, following, queue, ...tally });

  /** Prints arrive again, or do so no longer. */
  const follow = (): void => {
    // A recording has times of its own.
    if (options.origin === 'replay') return;
    const term = terms.now();
    if (!arrival.isFlowing()) {
      term?.gapBegins();
      coverage.set(false, arrival.until());
    } else if (term !== null) term.gapsEnded(coverage.set(true, arrival.from(queue.heldSince())));
  };
  const drops = createDrops(clock, () => {
    arrival.dropsEnded();
    follow();
  });

  const endFeed = (): void => {
    arrival.end();
    following.end();
    drops.end();
    follow();
  };

  return {
    tap: {
      ...queue.ticks,
      confirmed(symbol, flowing) {
        queue.ticks.confirmed(symbol, flowing);
        arrival.confirmed(symbol, flowing);
        if (!isWhole && options.origin !== 'replay') following.confirmed(symbol, flowing);
        terms.now()?.sums.touch(symbol);
      },
      dropped(count, mayBePrints = false) {
        if (!mayBePrints) return;
        tally.onUnreadable(count);
        arrival.dropped();
        queue.broken();
        follow();
        drops.again();
      },
      status(status) {
        arrival.status(status);
        // A feed that is only silent still has its connection: the line brings everything in its order.
        if (!arrival.isFlowing() && status.state !== 'silent') queue.broken();
        follow();
      },
    },
    begin: terms.begin,
    end() {
      endFeed();
      return terms.end();
    },
    stop() {
      endFeed();
      return terms.stop();
    },
    counters: terms.counters,
    heaviest: (count) => terms.now()?.sums.heaviest(count) ?? [],
    gaps: () => ({ ...tally.counts(), fetching: terms.now()?.fetching() ?? 0 }),
    unsavedMs: () => terms.now()?.unsavedMs() ?? queue.heldMs(),
  };
}

/** Frames that are dropped, until no more of them come. */
function createDrops(clock: Clock, onEnded: () => void) {
  let began: number | null = null;
  let cancel: Cancel = () => {};
  const end = (): void => {
    cancel();
    began = null;
  };
  return {
    /** A frame was dropped. */
    again(): void {
      began ??= clock.now();
      if (clock.now() - began >= MAX_DROPS_MS) return;
      cancel();
      cancel = clock.after(DROPS_END_MS, () => {
        end();
        onEnded();
      });
    },
    end,
  };
}

function createGapTally() {
  let begun = 0;
  let filled = 0;
  let givenUp = 0;
  let unreadable = 0;
  return {
    onGaps: (count: number): unknown => (begun += count),
    onFilled: (): unknown => (filled += 1),
    onGivenUp: (count: number): unknown => (givenUp += count),
    onUnreadable: (count: number): unknown => (unreadable += count),
    counts: () => ({ begun, filled, givenUp, unreadable }),
  };
}
