import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { createScope } from '../../lib/scope.ts';
import type { Bus } from '../bus/bus.ts';
import type { PriceOrigin } from '../market/feed.ts';
import type { MarketHours } from '../market/market-hours.ts';
import type { FeedTap } from '../market/tapped-feed.ts';
import { createCoverage } from './coverage.ts';
import { noPrints, type PrintCounters } from './print-check.ts';
import { createOffExchangeSums, type OffExchangeOptions, type OffExchangeSums } from './sums.ts';
import type { SumsStore } from './sums-store.ts';
import { createSumsWriter, type SumsWriter, type SumsWriterOptions } from './sums-writer.ts';
import { createTickQueue } from './tick-queue.ts';
import { publishTotals } from './totals-publisher.ts';

/** The database answers in milliseconds; while it does not, the ticks wait. */
const RESTORE_AGAIN_MS = 1_000;

export interface KeeperOptions {
  readonly bus: Bus;
  readonly store: SumsStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly hours: Pick<MarketHours, 'session'>;
  /** A recording is played from its beginning: its sums begin with it. */
  readonly origin: PriceOrigin;
  readonly sums: OffExchangeOptions;
  readonly flushIntervalMs: number;
  /** The number of the engine lease that this replica holds in this moment. */
  readonly current: () => number | null;
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
  /** Times in which prints may be missing, since the process started. */
  gaps(): number;
  /** How long the oldest print has waited to be stored, milliseconds. */
  unsavedMs(): number;
}

/** From one lease to the next. */
interface Term {
  readonly sums: OffExchangeSums;
  readonly writer: SumsWriter;
}

const add = (a: PrintCounters, b: PrintCounters): PrintCounters => {
  const sum = noPrints();
  for (const name of Object.keys(sum) as (keyof PrintCounters)[]) sum[name] = a[name] + b[name];
  return sum;
};

function openTerm(options: KeeperOptions & Pick<SumsWriterOptions, 'fencing' | 'coverage' | 'onGaps'>): Term {
  const sums = createOffExchangeSums(options.sums);
  return { sums, writer: createSumsWriter({ ...options, sums }) };
}

export function createOffExchangeKeeper(options: KeeperOptions): OffExchangeKeeper {
  const { store, clock, log, current } = options;
  const coverage = createCoverage(options.hours);
  const queue = createTickQueue(log);
  const running = createScope();
  let ended = noPrints();
  let gaps = 0;
  let isFlowing = false;
  let fencing: number | null = null;
  let term: Term | null = null;

  const isOurs = (number: number): boolean => fencing === number && current() === number;

  async function restore(number: number): Promise<void> {
    const { newest, coveredUntil } = await store.load(number);
    if (!isOurs(number)) return;
    const next = openTerm({ ...options, fencing: number, coverage, onGaps: (count) => (gaps += count) });
    const isRecording = options.origin === 'replay';
    if (newest !== null && !isRecording) next.sums.restore(newest.day, newest.symbols);
    coverage.resume(isRecording ? null : coveredUntil);
    coverage.set(isFlowing, clock.now());
    // After the restored totals: from here on the readers get what changes.
    next.writer.start();
    running.add(
      publishTotals({
        ...options,
        sums: next.sums,
        lease: number,
        intervalMs: options.flushIntervalMs,
        mayPublish: () => isOurs(number),
      }),
    );
    term = next;
    queue.open(next.sums);
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
    return last.writer.stop();
  };

  return {
    tap: {
      ...queue.ticks,
      status({ state }) {
        isFlowing = state === 'live' || state === 'delayed';
        coverage.set(isFlowing, clock.now());
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
      // Our feed ends as well; the next one says when it is live.
      isFlowing = false;
      return close();
    },
    counters: () => (term === null ? ended : add(ended, term.sums.counters)),
    gaps: () => gaps,
    unsavedMs: () => term?.writer.unsavedMs() ?? 0,
  };
}
