import { TradecastError } from '../../protocol/errors.ts';
import type { RateLimiter } from './counters.ts';

/**
 * Whether work that ended with this error gives its points back: the service failed, not who asked. Any other end keeps
 * them, so that what is refused again and again is limited. What is no refusal leaves the service as INTERNAL.
 */
export const costsNothing = (error: unknown): boolean =>
  !(error instanceof TradecastError) || error.code === 'UNAVAILABLE' || error.code === 'INTERNAL';

/** What a piece of work costs: a point of each limit, in this order. */
export interface Price {
  readonly limiter: RateLimiter;
  readonly points: readonly (readonly [limit: string, key: string])[];
  /** What is thrown where a limit has no point left. */
  refusal(retryAfterMs: number): Error;
}

/**
 * Takes the points before the work, so that attempts at the same time count as much as those one after the other. Gives
 * them back only where the service failed.
 */
export async function charged<T>({ limiter, points, refusal }: Price, work: () => Promise<T>): Promise<T> {
  const taken: (() => void)[] = [];
  for (const [limit, key] of points) {
    const verdict = await limiter.consume(limit, key);
    if (!verdict.allowed) throw refusal(verdict.retryAfterMs);
    taken.push(verdict.giveBack);
  }
  try {
    return await work();
  } catch (error) {
    if (costsNothing(error)) for (const giveBack of taken) giveBack();
    throw error;
  }
}
