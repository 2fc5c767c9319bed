import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { type LimitVerdict, localShare, type RateLimiter } from '../../domain/limits/counters.ts';
import type { RateLimit } from '../../protocol/limits.ts';

/**
 * Fixed windows in memory, one limiter per named limit. This process allows its share of each limit among `replicas`.
 * Throws on an unknown name.
 */
export function createLocalRateLimiter(
  limits: Readonly<Record<string, RateLimit>>,
  replicas: () => number = () => 1,
): RateLimiter {
  const limiters = new Map(
    Object.entries(limits).map(([name, { points, seconds }]) => [
      name,
      { points, windows: new RateLimiterMemory({ keyPrefix: name, points, duration: seconds }) },
    ]),
  );

  return {
    async consume(limit, key) {
      const limiter = limiters.get(limit);
      if (!limiter) throw new Error(`no such limit: ${limit}`);
      limiter.windows.points = localShare(limiter.points, replicas());
      return verdictOf(limiter.windows.consume(key));
    },
  };
}

/** rate-limiter-flexible rejects with its result where the limit is reached; any other rejection is passed on. */
export async function verdictOf(consumed: Promise<RateLimiterRes>): Promise<LimitVerdict> {
  try {
    await consumed;
    return { allowed: true };
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) return { allowed: false, retryAfterMs: refusal.msBeforeNext };
    throw refusal;
  }
}
