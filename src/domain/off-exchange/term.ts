import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { createScope } from '../../lib/scope.ts';
import type { Bus } from '../bus/bus.ts';
import type { PriceOrigin } from '../market/feed.ts';
import type { Arrival } from './arrival.ts';
import type { Coverage } from './coverage.ts';
import type { PastPrints } from './past-prints.ts';
import { createRecovery, type Recovery } from './recovery.ts';
import { createOffExchangeSums, type OffExchangeOptions, type OffExchangeSums } from './sums.ts';
import type { SumsScope } from './sums-scope.ts';
import type { SumsStore } from './sums-store.ts';
import { createSumsWriter, type SumsWriter } from './sums-writer.ts';
import { publishTotals } from './totals-publisher.ts';

/** From one lease to the next: the sums, what stores them, and what publishes them. */
export interface Term extends Pick<SumsWriter, 'unsavedMs'> {
  readonly sums: OffExchangeSums;
  /** Where its ticks arrive. */
  readonly ticks: Pick<OffExchangeSums, 'trade' | 'nbbo' | 'interrupted' | 'clear'>;
  readonly recover: Recovery['begin'];
  readonly fetching: Recovery['fetching'];
  /** Stores what was counted, if this replica still may. */
  end(): Promise<void>;
}

export interface TermOptions {
  readonly bus: Bus;
  readonly store: SumsStore;
  readonly clock: Clock;
  readonly log: Log;
  /** A recording is played from its beginning: its sums begin with it. */
  readonly origin: PriceOrigin;
  readonly sums: OffExchangeOptions;
  readonly scope: () => SumsScope;
  readonly past: PastPrints | null;
  readonly arrival: Pick<Arrival, 'sends' | 'state' | 'isFlowing' | 'followed' | 'sourceNow'>;
  readonly coverage: Coverage;
  readonly fencing: number;
  readonly flushIntervalMs: number;
  /** The number of the engine lease that this replica holds in this moment. */
  readonly current: () => number | null;
  /** False where another term, or none, has begun meanwhile. */
  readonly isOurs: () => boolean;
  readonly onGaps: (count: number) => unknown;
  readonly onFilled: () => unknown;
}

/** Goes on from what is stored; null where the term is over before it began. Throws the errors of the store. */
export async function openTerm(options: TermOptions): Promise<Term | null> {
  const { store, arrival, coverage, fencing, isOurs } = options;
  const { newest, coveredUntil } = await store.load(fencing);
  if (!isOurs()) return null;
  const sums = createOffExchangeSums(options.sums);
  const writer = createSumsWriter({ ...options, sums, sourceNow: arrival.sourceNow });
  const isRecording = options.origin === 'replay';
  if (newest !== null && !isRecording) sums.restore(newest.day, newest.symbols);
  coverage.resume(isRecording ? null : coveredUntil);
  const recovery = createRecovery({ ...options, sums, followed: arrival.followed });
  recovery.begin(coverage.set(arrival.isFlowing(), arrival.sourceNow()));
  const running = createScope();
  // After the restored totals: from here on the readers get what changes.
  writer.start();
  running.add(
    recovery.end,
    publishTotals({
      ...options,
      sums,
      lease: fencing,
      intervalMs: options.flushIntervalMs,
      mayPublish: isOurs,
    }),
  );
  return {
    sums,
    ticks: {
      ...sums,
      trade(tick) {
        recovery.saw(tick);
        sums.trade(tick);
      },
    },
    recover: recovery.begin,
    fetching: recovery.fetching,
    unsavedMs: writer.unsavedMs,
    end() {
      running.end();
      return writer.stop();
    },
  };
}
