import { createBackoff } from '../../../lib/backoff.ts';
import type { Bell } from '../../../lib/bell.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { Log } from '../../../lib/log.ts';
import { isUnavailable } from '../../../protocol/errors.ts';
import { FencedError } from '../../engine/fenced.ts';
import type { PhaseKeeper } from './phase.ts';

/** While the database is away. */
const RETRY = { baseMs: 100, capMs: 5_000 };

export interface LoopOptions {
  readonly phase: PhaseKeeper;
  readonly bell: Bell;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether the lease of this number is ours at this very moment. */
  readonly isCurrent: (fencing: number) => boolean;
  /** Agrees with the broker about open orders; enters `trading` where that was done. */
  readonly reconcile: (fencing: number) => Promise<void>;
  /** One round of the work. Throws FencedError, and UNAVAILABLE while the database is away. */
  readonly turn: (fencing: number) => Promise<void>;
  /** How long the next turn may wait for the bell; null where there is work. */
  readonly idleMs: () => number | null;
  /** Called as a term begins and after a turn that failed: the next turn looks for everything. */
  readonly lookForAll: () => void;
  /** How soon to ask again for a lease that is not ours. */
  readonly pollMs: number;
}

/** Runs the turns of one term after another, each from the lease's begin to its end. */
export interface Loop {
  /** The fencing number that the lease was reported under; null without it. */
  held(): number | null;
  /** A new term, or the end of one. */
  follow(fencing: number | null): void;
  /** Resolves when no term runs any more. */
  ended(): Promise<void>;
}

export function createLoop(options: LoopOptions): Loop {
  const { phase, bell, clock, log, isCurrent, reconcile, turn, idleMs, lookForAll, pollMs } = options;
  let held: number | null = null;
  let running: Promise<void> = Promise.resolve();

  /** Sleeps however often the bell rings, except for the end of the term. */
  const rest = async (ms: number, fencing: number): Promise<void> => {
    const until = clock.now() + ms;
    while (held === fencing && clock.now() < until) await bell.wait(until - clock.now());
  };

  const work = async (fencing: number): Promise<void> => {
    if (phase.current() === 'reconciling') await reconcile(fencing);
    await turn(fencing);
  };

  const run = async (fencing: number): Promise<void> => {
    const backoff = createBackoff(RETRY);
    let isAway = false;
    phase.enter('reconciling');
    while (held === fencing) {
      if (!isCurrent(fencing)) {
        // Its loss is about to be reported, or it was renewed: what was left undone meanwhile is unknown.
        phase.reconcileAgain();
        await rest(pollMs, fencing);
        continue;
      }
      try {
        await work(fencing);
        backoff.reset();
        isAway = false;
        const ms = idleMs();
        if (ms !== null) await bell.wait(ms);
      } catch (error) {
        if (error instanceof FencedError) {
          log.warn({ fencing }, 'the executor lost the lease to a newer engine');
          break;
        }
        if (!isUnavailable(error))
          log.error({ err: error }, 'a turn of the executor failed and is tried again');
        // An outage is logged once.
        else if (!isAway) log.warn({ reason: error.message }, 'the executor waits for the database');
        isAway = isUnavailable(error);
        lookForAll();
        await rest(backoff.next(), fencing);
      }
    }
    if (held === null || held === fencing) phase.enter('off');
  };

  return {
    held: () => held,
    follow(fencing) {
      held = fencing;
      bell.ring();
      if (fencing === null) return;
      lookForAll();
      running = running.then(() => (held === fencing ? run(fencing) : undefined));
    },
    ended: () => running,
  };
}
