import { randomUUID } from 'node:crypto';
import type { RedisServer } from '../../local/redis-server.ts';
import { silentLog } from '../../rig/log.ts';
import { until } from '../../rig/wait.ts';
import { type Breaker, type BreakerOptions, createBreaker } from '../../src/adapters/redis/breaker.ts';
import { createRedisClients, type RedisClients } from '../../src/adapters/redis/clients.ts';
import {
  createRedisConnectionCounter,
  type RedisConnectionCounter,
} from '../../src/adapters/redis/connection-counter.ts';
import { createRedisRateLimiter } from '../../src/adapters/redis/rate-limiter.ts';
import type { NamedLimit, RateLimiter } from '../../src/domain/limits/counters.ts';
import { systemClock } from '../../src/lib/clock.ts';

/** What one replica counts with, without the replica. */
export interface CountingReplica {
  readonly connections: RedisConnectionCounter;
  readonly limiter: RateLimiter;
  readonly breaker: Breaker;
  /** As kill -9 leaves it: no renewals, nothing given back, no connection to Redis. */
  die(): void;
}

export interface CountingOptions {
  readonly redis: Pick<RedisServer, 'url'>;
  /** Shared by the replicas of one test, and by no other test. */
  readonly prefix?: string;
  readonly maxPerUser?: number;
  readonly limits?: Readonly<Record<string, NamedLimit>>;
  readonly replicas?: number;
  readonly leaseMs?: number;
}

/** Replicas that count over a real Redis, connected. */
export async function countingReplicas(
  count: number,
  { redis, prefix = randomUUID(), replicas = count, ...options }: CountingOptions,
): Promise<CountingReplica[]> {
  const { leaseMs = 30_000, maxPerUser = 5, limits = {} } = options;
  const started = Array.from({ length: count }, (): CountingReplica => {
    const clients: RedisClients = createRedisClients({ url: redis.url, log: silentLog });
    const link: BreakerOptions['link'] = { state: () => 'ok', onChange: () => () => {} };
    const breaker = createBreaker({ redis: clients.commands, link, clock: systemClock, log: silentLog });
    const counting = { clients, breaker, prefix, replicas: () => replicas };
    const connections = createRedisConnectionCounter({
      ...counting,
      maxPerUser,
      clock: systemClock,
      leaseMs,
      renewMs: leaseMs / 3,
    });
    clients.connect();
    breaker.start();
    connections.start();
    return {
      connections,
      limiter: createRedisRateLimiter({ ...counting, limits }),
      breaker,
      die() {
        breaker.stop();
        void connections.stop();
        clients.close();
      },
    };
  });
  await until(() => started.every(({ breaker }) => breaker.isClosed()), 'every replica asks Redis');
  return started;
}
