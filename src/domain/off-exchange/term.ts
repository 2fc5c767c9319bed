import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { createScope } from '../../lib/scope.ts';
import { newYorkDay } from '../../protocol/new-york.ts';
import type { Bus } from '../bus/bus.ts';
import type { PriceOrigin } from '../market/feed.ts';
import type { Arrival } from './arrival.ts';
import type { Coverage } from './coverage.ts';
import type { Following } from './following.ts';
import type { PastPrints } from './past-prints.ts';
import { createRecovery, type Recovery } from './recovery.ts';
import { wholeMarketOf } from './scope-change.ts';
import { createOffExchangeSums, type OffExchangeOptions, type OffExchangeSums } from './sums.ts';
import type { WaitingCommit } from './sums-commits.ts';
import type { SumsScope } from './sums-scope.ts';
import type { StoredSums, SumsStore } from './sums-store.ts';
import { createSumsWriter, type SumsWriter, type SumsWriterOptions } from './sums-writer.ts';
import { publishTotals } from './totals-publisher.ts';

/** From one lease to the next: the sums, what stores them, and what publishes them. */
export interface Term extends Pick<SumsWriter, 'unsavedMs'> {
  readonly sums: OffExchangeSums;
  /** Where its ticks arrive. */
  readonly ticks: Pick<OffExchangeSums, 'trade' | 'nbbo' | 'interrupted' | 'broken' | 'clear'>;
  readonly gapBegins: Recovery['gapBegins'];
  readonly gapsEnded: Recovery['gapsEnded'];
  readonly fetching: Recovery['fetching'];
  /** Stores what was counted, if this replica still may. */
  end(): Promise<EndedTerm>;
}

/** What a term leaves behind: the next one goes on with it where no other replica was the engine in between. */
export interface EndedTerm {
  readonly fencing: number;
  readonly sums: OffExchangeSums;
  /** The lease number with which these sums began. */
  readonly part: number;
  /** What it could not store. */
  readonly unsaved: readonly WaitingCommit[];
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
  readonly arrival: Pick<
    Arrival,
    'sends' | 'state' | 'isFlowing' | 'followed' | 'until' | 'from' | 'reached'
  >;
  readonly coverage: Coverage;
  readonly following: Following;
  readonly fencing: number;
  /** The last term of this process; null where none has been, or not lately. */
  readonly before: EndedTerm | null;
  /** Since when the feed's ticks are held for this term, milliseconds since epoch. */
  readonly heldSince: () => number;
  readonly flushIntervalMs: number;
  /** The number of the engine lease that this replica holds in this moment. */
  readonly current: () => number | null;
  /** False where another term, or none, has begun meanwhile. */
  readonly isOurs: () => boolean;
  readonly onGaps: (count: number) => unknown;
  readonly onFilled: () => unknown;
  readonly onGivenUp: (count: number) => unknown;
}

/** Goes on from the term before or from what is stored; null where the term is over before it began. Throws the errors of the store. */
export async function openTerm(options: TermOptions): Promise<Term | null> {
  const { store, fencing, isOurs } = options;
  if (!isOurs()) return null;
  // A lease that is back at once costs no read: what this process counted is all there is.
  const carried = carriedOn(options);
  if (carried !== null) return termOf(options, carried);
  const stored = await store.load(fencing);
  return isOurs() ? termOf(options, restored(options, stored)) : null;
}

function termOf(options: TermOptions, { sums, part, unsaved, wholeMarket }: Beginning): Term {
  const { arrival, coverage, fencing, isOurs } = options;
  const writer = createSumsWriter({
    ...options,
    sums,
    part,
    unsaved,
    wholeMarket,
    arrivedUntil: arrival.until,
  });
  const recovery = createRecovery({ ...options, sums, followed: arrival.followed });
  recovery.gapsEnded(coverage.set(arrival.isFlowing(), arrival.from(options.heldSince())));
  // The gap goes on: what was counted before it is known only until the first tick.
  if (!arrival.isFlowing()) recovery.gapBegins();
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
    gapBegins: recovery.gapBegins,
    gapsEnded: recovery.gapsEnded,
    fetching: recovery.fetching,
    unsavedMs: writer.unsavedMs,
    async end() {
      running.end();
      return { fencing, sums, part, unsaved: await writer.stop() };
    },
  };
}

type Beginning = Pick<EndedTerm, 'sums' | 'part' | 'unsaved'> & Pick<SumsWriterOptions, 'wholeMarket'>;

/** Numbers rise by one with every engine: where none is missing, nobody else has counted. */
function carriedOn({ before, fencing, origin }: TermOptions): Beginning | null {
  if (before === null || before.fencing + 1 !== fencing || origin === 'replay') return null;
  before.sums.broken();
  return { ...before, wholeMarket: null };
}

function restored(options: TermOptions, stored: StoredSums): Beginning {
  const { coverage, following, arrival, origin, scope } = options;
  const { newest, coveredUntil } = stored;
  const sums = createOffExchangeSums(options.sums);
  if (origin === 'replay') coverage.resume(null);
  else {
    if (newest !== null) sums.restore(newest.day, newest.symbols);
    // Where nothing was ever summed, the day so far is missing.
    coverage.resume(coveredUntil ?? newYorkDay(arrival.until()).start);
  }
  const wholeMarket = wholeMarketOf(stored, scope().symbols, arrival.reached());
  following.resume(wholeMarket);
  return { sums, part: options.fencing, unsaved: [], wholeMarket };
}
