import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { RateLimiter } from '../../domain/cluster/counters.ts';
import type { RateLimit } from '../../protocol/limits.ts';

/** Fixed windows in memory, one limiter per named limit. Throws on a name it does not know. */
export function createLocalRateLimiter(limits: Readonly<Record<string, RateLimit>>): RateLimiter {
  const limiters = new Map(
    Object.entries(limits).map(([name, limit]) => [
      name,
      new RateLimiterMemory({ keyPrefix: name, points: limit.points, duration: limit.seconds }),
    ]),
  );

  return {
    async consume(limit, key) {
      const limiter = limiters.get(limit);
      if (!limiter) throw new Error(`no such limit: ${limit}`);
      try {
        await limiter.consume(key);
        return { allowed: true };
      } catch (refusal) {
        if (refusal instanceof RateLimiterRes) return { allowed: false, retryAfterMs: refusal.msBeforeNext };
        throw refusal;
      }
    },
  };
}
