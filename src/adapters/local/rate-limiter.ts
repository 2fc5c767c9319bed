import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
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
      return takePoint(limiter.windows, key);
    },
  };
}

/**
 * rate-limiter-flexible rejects with its result where the limit is reached, and has counted the refused use; that one is
 * given back at once. Any other rejection is passed on.
 */
export async function takePoint(windows: RateLimiterAbstract, key: string): Promise<LimitVerdict> {
  const giveBackBefore = (endsAt: number): void => {
    // The next window owes this one nothing. A point that cannot be given back is lost to its window alone.
    if (performance.now() < endsAt) windows.reward(key).catch(() => {});
  };
  try {
    const { msBeforeNext } = await windows.consume(key);
    const endsAt = performance.now() + msBeforeNext;
    return { allowed: true, giveBack: () => giveBackBefore(endsAt) };
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    const { msBeforeNext } = refusal;
    giveBackBefore(performance.now() + msBeforeNext);
    return { allowed: false, retryAfterMs: msBeforeNext };
  }
}
