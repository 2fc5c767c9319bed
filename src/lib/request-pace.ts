import type { Cancel, Clock } from './clock.ts';

/** Lets so many requests go out in a second, in the order in which they came. */
export interface RequestPace {
  /**
   * Resolves when it is the request's turn, or when `signal` aborts; with false as soon as its turn would come later than
   * `withinMs` after the call.
   */
  turn(signal?: AbortSignal, withinMs?: number): Promise<boolean>;
  /** How long a request that came now would wait. */
  waitMs(): number;
  /** Lets none go out for so long, also of those that wait for their turn already. */
  hold(ms: number): void;
}

interface Waiting {
  /** The latest moment for its turn, milliseconds since epoch. */
  readonly by: number;
  readonly end: (isInTime: boolean) => void;
}

export function createRequestPace({ clock, perSecond }: { clock: Clock; perSecond: number }): RequestPace {
  const stepMs = 1_000 / perSecond;
  /** In their order. */
  const waiting = new Set<Waiting>();
  /** When the next one may go out. */
  let freeAt = 0;
  let cancelTimer: Cancel = () => {};

  const waitMs = (): number => Math.max(0, freeAt - clock.now()) + waiting.size * stepMs;

  /** Ends those whose turn is now, and comes back for the next. */
  function serve(): void {
    cancelTimer();
    for (const one of waiting) {
      const ms = freeAt - clock.now();
      if (ms > 0) {
        cancelTimer = clock.after(ms, serve);
        return;
      }
      freeAt += stepMs;
      one.end(true);
    }
  }

  /** Ends those who would wait too long; who stands behind them moves up. */
  function sift(): void {
    let at = freeAt;
    for (const one of waiting) {
      if (at > one.by) one.end(false);
      else at += stepMs;
    }
  }

  return {
    waitMs,
    turn(signal, withinMs = Number.POSITIVE_INFINITY) {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      if (signal?.aborted || waitMs() > withinMs) return Promise.resolve(signal?.aborted === true);
      const leave = (): void => one.end(true);
      const one: Waiting = {
        by: clock.now() + withinMs,
        end(isInTime) {
          waiting.delete(one);
          signal?.removeEventListener('abort', leave);
          resolve(isInTime);
        },
      };
      if (waiting.size === 0) freeAt = Math.max(freeAt, clock.now());
      waiting.add(one);
      signal?.addEventListener('abort', leave);
      serve();
      return promise;
    },
    hold(ms) {
      freeAt = Math.max(freeAt, clock.now() + ms);
      sift();
      serve();
    },
  };
}
