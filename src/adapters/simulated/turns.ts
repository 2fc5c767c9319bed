import { setImmediate as nextTurn } from 'node:timers/promises';
import { TradecastError } from '../../protocol/errors.ts';

/** Work that must not hold up the process: one piece in a turn of the loop, however many wait. */
export interface Turns {
  /** Resolves when the caller may do one piece, first come, first served. Throws UNAVAILABLE after `stop`. */
  next(): Promise<void>;
  stop(): void;
}

const RETRY_AFTER_MS = 2_000;

export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  let stopped = false;

  return {
    async next() {
      last = last.then(() => nextTurn());
      await last;
      if (stopped)
        throw new TradecastError('UNAVAILABLE', 'The service is stopping. Try again.', {
          retryAfterMs: RETRY_AFTER_MS,
        });
    },
    stop() {
      stopped = true;
    },
  };
}
