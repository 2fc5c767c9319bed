import { RateLimiterRedis } from 'rate-limiter-flexible';
import type { LimitVerdict, NamedLimit, RateLimiter } from '../../domain/limits/counters.ts';
import { createLocalRateLimiter, takePoint } from '../local/rate-limiter.ts';
import type { Breaker } from './breaker.ts';
import type { RedisClients } from './clients.ts';

export interface RedisRateLimiterOptions {
  readonly clients: Pick<RedisClients, 'commands'>;
  readonly breaker: Breaker;
  readonly prefix: string;
  readonly limits: Readonly<Record<string, NamedLimit>>;
  /** Replicas last seen: while Redis is away, each allows its share of a shared limit. */
  readonly replicas: () => number;
}

/**
 * Fixed windows: those of a connection in memory, because it lives on one replica; the shared ones in Redis. While
 * Redis is away, a shared limit is this replica's share of it, counted from zero. Points used before in Redis, or
 * meanwhile in memory, are not carried over, which costs at most one window's points per outage.
 */
export function createRedisRateLimiter(options: RedisRateLimiterOptions): RateLimiter {
  const { clients, breaker, prefix, limits, replicas } = options;
  const of = (scope: NamedLimit['scope']): [string, NamedLimit][] =>
    Object.entries(limits).filter(([, limit]) => limit.scope === scope);
  const ofConnections = createLocalRateLimiter(Object.fromEntries(of('connection')));
  const whileAway = createLocalRateLimiter(Object.fromEntries(of('shared')), replicas);
  const shared = new Map(
    of('shared').map(([name, { points, seconds }]) => [
      name,
      createSharedWindows(
        new RateLimiterRedis({
          storeClient: clients.commands,
          rejectIfRedisNotReady: true,
          keyPrefix: `${prefix}:limit:${name}`,
          points,
          duration: seconds,
        }),
        breaker,
      ),
    ]),
  );

  return {
    async consume(name, key) {
      const take = shared.get(name);
      if (!take) return ofConnections.consume(name, key);
      return (await take(key)) ?? whileAway.consume(name, key);
    },
  };
}

/** A used-up window is asked for at most once in this time and replica: a flood does not reach Redis. */
const REFUSED_MS = 1_000;

/**
 * The windows of one limit in Redis; null while it is away. Times are those of `performance.now()`. The limiter's own
 * block in memory would outlive a point that is given back.
 */
function createSharedWindows(windows: RateLimiterRedis, breaker: Breaker) {
  /** Windows that were used up when Redis was asked last, by key, the oldest answer first. */
  const usedUp = new Map<string, { readonly askedAt: number; readonly endsAt: number }>();

  function forgetOld(now: number): void {
    for (const [key, { askedAt }] of usedUp) {
      if (now - askedAt < REFUSED_MS) return;
      usedUp.delete(key);
    }
  }

  return async (key: string): Promise<LimitVerdict | null> => {
    const now = performance.now();
    forgetOld(now);
    const known = usedUp.get(key);
    if (known && known.endsAt > now)
      return { allowed: false, retryAfterMs: Math.max(1, Math.ceil(known.endsAt - now)) };
    const verdict = await breaker.ask(() => takePoint(windows, key));
    if (verdict === null) return null;
    if (!verdict.allowed) {
      const askedAt = performance.now();
      usedUp.delete(key);
      usedUp.set(key, { askedAt, endsAt: askedAt + verdict.retryAfterMs });
      return verdict;
    }
    return {
      allowed: true,
      giveBack() {
        usedUp.delete(key);
        verdict.giveBack();
      },
    };
  };
}
