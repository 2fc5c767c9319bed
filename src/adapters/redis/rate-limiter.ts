import { RateLimiterRedis } from 'rate-limiter-flexible';
import type { NamedLimit, RateLimiter } from '../../domain/limits/counters.ts';
import { createLocalRateLimiter, verdictOf } from '../local/rate-limiter.ts';
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
      new RateLimiterRedis({
        storeClient: clients.commands,
        rejectIfRedisNotReady: true,
        keyPrefix: `${prefix}:limit:${name}`,
        points,
        duration: seconds,
        // A used-up window is refused from memory until it ends: a flood does not reach Redis.
        inMemoryBlockOnConsumed: points,
      }),
    ]),
  );

  return {
    async consume(name, key) {
      const limiter = shared.get(name);
      if (!limiter) return ofConnections.consume(name, key);
      const verdict = await breaker.ask(() => verdictOf(limiter.consume(key)));
      return verdict ?? whileAway.consume(name, key);
    },
  };
}
