import type { RateLimiter } from '../domain/limits/counters.ts';
import { TradecastError } from '../protocol/errors.ts';
import type { HttpLimit } from '../protocol/limits.ts';

/** Takes one point. Throws RATE_LIMITED with the time to wait. */
export async function takePoint(limiter: RateLimiter, limit: HttpLimit, key: string): Promise<void> {
  const verdict = await limiter.consume(limit, key);
  if (verdict.allowed) return;
  const { retryAfterMs } = verdict;
  throw new TradecastError('RATE_LIMITED', 'Too many requests: wait before you try again.', { retryAfterMs });
}
