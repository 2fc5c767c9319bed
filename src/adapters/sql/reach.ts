import { type Clock, systemClock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { TradecastError } from '../../protocol/errors.ts';
import { unavailable } from './errors.ts';

/**
 * Whether the server answers at all. A statement may take its time; a server that does not even take a new
 * connection is away, and then everybody is told at once instead of waiting for a timeout each.
 */
export interface Reach {
  /** Null while the server answers as far as anybody knows. */
  problem(): TradecastError | null;
  /** What `work` gives; rejects with UNAVAILABLE as soon as it is known that nobody is answered. */
  wait<T>(work: Promise<T>): Promise<T>;
  /** Somebody was not answered: finds out whether nobody is. */
  doubt(): void;
  stop(): void;
}

/** Whoever waits longer for an answer doubts whether it will come. With the question to the server this stays below three seconds. */
const DOUBT_MS = 1_000;
/** A server that takes longer to take a connection takes none: twelve tenths of a second in which this process was awake. */
const TENTHS = 12;
const TENTH_MS = 100;
/** While it is away the server is asked this often, milliseconds. */
const ASK_AGAIN_MS = 250;

/** `ask` resolves when the server takes a new connection and rejects where it does not, later than anybody waits at the latest. */
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

  const judge = (failure: unknown): boolean => {
    if (!problem && failure)
      log.error({ err: failure }, 'the database is away: nobody is made to wait for it');
    if (problem && !failure) log.warn({}, 'the database is back');
    problem = failure ? unavailable(failure) : null;
    if (failure && !stopped) clock.after(ASK_AGAIN_MS, () => void isThere());
    return !failure;
  };

  /** Counted while this process is awake: the delay of a busy one is not the server's. */
  const inTime = (answer: Promise<void>): Promise<void> =>
    new Promise((resolve, reject) => {
      let tenths = 0;
      const cancel = clock.every(TENTH_MS, () => {
        tenths += 1;
        if (tenths < TENTHS) return;
        cancel();
        reject(new Error('the database takes no connection'));
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
      // While it is known to be away it is asked anyway.
      if (!problem && !stopped) void isThere();
    },
    stop() {
      stopped = true;
    },
  };
}
