import { setImmediate as nextTurn } from 'node:timers/promises';
import { TradecastError } from '../../protocol/errors.ts';

/** Work that must not hold up the process: one piece in a turn of the loop, however many wait. */
export interface Turns {
  /**
   * Resolves when the caller may do one piece, first come, first served: work of many pieces waits behind one piece
   * of each other work. Throws UNAVAILABLE after `stop`, and the reason of `signal` where it aborts.
   */
  next(signal?: AbortSignal): Promise<void>;
  stop(): void;
}

const RETRY_AFTER_MS = 2_000;

export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  let stopped = false;

  return {
    async next(signal) {
      signal?.throwIfAborted();
      last = last.then(() => nextTurn());
      await last;
      if (stopped)
        throw new TradecastError('UNAVAILABLE', 'The service is stopping. Try again.', {
          retryAfterMs: RETRY_AFTER_MS,
        });
      signal?.throwIfAborted();
    },
    stop() {
      stopped = true;
    },
  };
}
