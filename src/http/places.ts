import type { Response } from 'express';
import { TradecastError } from '../protocol/errors.ts';
import { MAX_MARKET_READS, MAX_MARKET_READS_WAITING } from '../protocol/limits.ts';
import { userOf } from './answer.ts';

/** Ends the work of a request whose client has closed the connection: there is nobody to answer. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';
}

/** Long reads of the market: so many of a user run at once, more wait in their order. */
export interface Places {
  /**
   * Answers with what `work` does once it is its turn. Its signal aborts when the client of `res` has gone; who goes
   * while waiting is left out. Throws RATE_LIMITED where too many wait, ClientGone.
   */
  run<T>(res: Response, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

interface Reader {
  busy: number;
  /** Each takes the place of the one that is done. */
  readonly waiting: Set<() => void>;
}

/** In less time some of those that wait are read. */
const RETRY_AFTER_MS = 1_000;

export function createPlaces(): Places {
  const readers = new Map<string, Reader>();

  async function enter(userId: string, reader: Reader, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (reader.busy < MAX_MARKET_READS) {
      reader.busy += 1;
      // Not before: of who has gone already nothing would take it out again.
      readers.set(userId, reader);
      return;
    }
    if (reader.waiting.size >= MAX_MARKET_READS_WAITING)
      throw new TradecastError('RATE_LIMITED', 'Too many requests for charts and chains wait. Try again.', {
        retryAfterMs: RETRY_AFTER_MS,
      });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = (): void => {
      if (reader.waiting.delete(resolve)) reject(signal.reason);
    };
    reader.waiting.add(resolve);
    signal.addEventListener('abort', leave, { once: true });
    await promise;
  }

  function leave(userId: string, reader: Reader): void {
    const [next] = reader.waiting;
    if (next) {
      reader.waiting.delete(next);
      next();
      return;
    }
    reader.busy -= 1;
    if (reader.busy === 0) readers.delete(userId);
  }

  return {
    async run(res, work) {
      const { id } = userOf(res);
      const signal = signalOf(res);
      const reader = readers.get(id) ?? { busy: 0, waiting: new Set() };
      await enter(id, reader, signal);
      try {
        return await work(signal);
      } finally {
        leave(id, reader);
      }
    },
  };
}

/** Aborts when the connection closes; after an answer nothing listens to it any more. */
function signalOf(res: Response): AbortSignal {
  const gone = new AbortController();
  const end = (): void => gone.abort(new ClientGone('The client has gone.'));
  if (res.closed || res.destroyed) end();
  else res.once('close', end);
  return gone.signal;
}
