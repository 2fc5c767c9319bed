import { type Cancel, type Clock, systemClock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { TradecastError } from '../../protocol/errors.ts';
import { unavailable } from './errors.ts';

/**
 * Whether the server answers at all. A statement may take its time; a server that does not even accept a new
 * connection is away. Then every caller fails at once instead of waiting for its own timeout.
 */
export interface Reach {
  /** Null while the server answers as far as this process knows. */
  problem(): TradecastError | null;
  /** The result of `work`; rejects with UNAVAILABLE as soon as the server is known to be away. */
  wait<T>(work: Promise<T>): Promise<T>;
  /** A caller had no answer: finds out whether the server is away. */
  doubt(): void;
  /** Asks no more by itself. */
  stop(): void;
}

/** A caller that waits longer doubts the server. With the time of the question this stays below three seconds. */
export const DOUBT_MS = 1_000;
/** A server that needs longer to accept a connection is away: 1.2 seconds in which this process was awake. */
export const TENTHS = 12;
export const TENTH_MS = 100;
/** While it is away the server is asked this often. */
export const ASK_AGAIN_MS = 250;

/** `ask` resolves when the server accepts a new connection and rejects where it does not. */
export function createReach({
  ask,
  log,
  clock = systemClock,
}: {
  readonly ask: () => Promise<void>;
  readonly log: Log;
  readonly clock?: Clock;
}): Reach {
  let problem: TradecastError | null = null;
  let asking: Promise<boolean> | null = null;
  let stopped = false;
  let stopAsking: Cancel = () => {};

  const judge = (failure: unknown): boolean => {
    if (!problem && failure)
      log.error({ err: failure }, 'the database is away: statements fail at once until it is back');
    if (problem && !failure) log.warn({}, 'the database is back');
    problem = failure ? unavailable(failure) : null;
    if (failure && !stopped) stopAsking = clock.after(ASK_AGAIN_MS, () => void isThere());
    return !failure;
  };

  /** Counted in ticks of this process: the delay of a busy process is not the server's. */
  const inTime = (answer: Promise<void>): Promise<void> =>
    new Promise((resolve, reject) => {
      let tenths = 0;
      const cancel = clock.every(TENTH_MS, () => {
        tenths += 1;
        if (tenths < TENTHS) return;
        cancel();
        reject(new Error('the database accepts no connection'));
      });
      answer.then(resolve, reject).finally(cancel);
    });

  /** One question at a time. */
  const isThere = (): Promise<boolean> => {
    asking ??= inTime(ask())
      .then(() => judge(null), judge)
      .finally(() => {
        asking = null;
      });
    return asking;
  };

  return {
    problem: () => problem,
    wait: (work) =>
      new Promise((resolve, reject) => {
        let cancel = (): void => {};
        let settled = false;
        const doubt = async (): Promise<void> => {
          const there = await isThere();
          if (settled) return;
          if (!there) return reject(problem ?? unavailable(null));
          cancel = clock.after(DOUBT_MS, doubt);
        };
        cancel = clock.after(DOUBT_MS, doubt);
        work.then(resolve, reject).finally(() => {
          settled = true;
          cancel();
        });
      }),
    doubt() {
      // While it is away it is asked anyway.
      if (!problem && !stopped) void isThere();
    },
    stop() {
      stopped = true;
      stopAsking();
    },
  };
}
