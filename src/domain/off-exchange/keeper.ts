import { createScope } from '../../lib/scope.ts';
import type { MarketHours } from '../market/market-hours.ts';
import type { FeedTap } from '../market/tapped-feed.ts';
import { createArrival } from './arrival.ts';
import { createCoverage } from './coverage.ts';
import { noPrints, type PrintCounters } from './print-check.ts';
import { openTerm, type Term, type TermOptions } from './term.ts';
import { createTickQueue } from './tick-queue.ts';

/** The database answers in milliseconds; while it does not, the ticks wait. */
const RESTORE_AGAIN_MS = 1_000;

export interface KeeperOptions
  extends Pick<
    TermOptions,
    'bus' | 'store' | 'clock' | 'log' | 'origin' | 'sums' | 'scope' | 'past' | 'flushIntervalMs' | 'current'
  > {
  readonly hours: Pick<MarketHours, 'session'>;
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
  /** Since the process started. */
  counters(): PrintCounters;
  /** The symbols with the most notional of the day, most first; none without the lease. */
  heaviest(count: number): readonly string[];
  /** Times in which prints may be missing. */
  gaps(): GapCounts;
  /** How long the oldest print has waited to be stored. */
  unsavedMs(): number;
}

export interface GapCounts {
  /** Since the process started. */
  readonly begun: number;
  /** Their prints are being requested. */
  readonly fetching: number;
  /** Symbols whose prints of a gap are there after all, since the process started. */
  readonly filled: number;
}

const add = (a: PrintCounters, b: PrintCounters): PrintCounters => {
  const sum = noPrints();
  for (const name of Object.keys(sum) as (keyof PrintCounters)[]) sum[name] = a[name] + b[name];
  return sum;
};

export function createOffExchangeKeeper(options: KeeperOptions): OffExchangeKeeper {
  const { clock, log, current } = options;
  const coverage = createCoverage(options.hours);
  const arrival = createArrival({
    ...options,
    isWhole: options.scope().symbols === '*',
    now: clock.now,
  });
  const queue = createTickQueue(log);
  const running = createScope();
  let ended = noPrints();
  const tally = createGapTally();
  let fencing: number | null = null;
  let term: Term | null = null;

  const isOurs = (number: number): boolean => fencing === number && current() === number;

  async function restore(number: number): Promise<void> {
    const next = await openTerm({
      ...options,
      fencing: number,
      arrival,
      coverage,
      isOurs: () => isOurs(number),
      ...tally,
    });
    if (next === null) return;
    term = next;
    queue.open(next.ticks);
    options.onRestored();
  }
  const attempt = (number: number): void => {
    if (!isOurs(number)) return;
    restore(number).catch((error: unknown) => {
      log.warn({ err: error }, 'the sums of off-exchange prints could not be read yet');
      running.add(clock.after(RESTORE_AGAIN_MS, () => attempt(number)));
    });
  };
  const close = (): Promise<void> => {
    fencing = null;
    running.end();
    queue.close();
    const last = term;
    term = null;
    if (last === null) return Promise.resolve();
    ended = add(ended, last.sums.counters);
    return last.end();
  };

  return {
    tap: {
      ...queue.ticks,
      confirmed(symbol, flowing) {
        queue.ticks.confirmed(symbol, flowing);
        arrival.confirmed(symbol, flowing);
        term?.sums.touch(symbol);
      },
      status(status) {
        arrival.status(status);
        const gaps = coverage.set(arrival.isFlowing(), arrival.sourceNow());
        term?.recover(gaps);
      },
    },
    begin(number) {
      if (fencing === number) return;
      void close();
      fencing = number;
      queue.hold();
      attempt(number);
    },
    end() {
      arrival.end();
      return close();
    },
    counters: () => (term === null ? ended : add(ended, term.sums.counters)),
    heaviest: (count) => term?.sums.heaviest(count) ?? [],
    gaps: () => ({ ...tally.counts(), fetching: term?.fetching() ?? 0 }),
    unsavedMs: () => term?.unsavedMs() ?? 0,
  };
}

function createGapTally() {
  let begun = 0;
  let filled = 0;
  return {
    onGaps: (count: number): unknown => (begun += count),
    onFilled: (): unknown => (filled += 1),
    counts: () => ({ begun, filled }),
  };
}
