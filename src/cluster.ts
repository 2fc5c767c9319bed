import type { Namespace } from 'socket.io';
import type { Adapter } from 'socket.io-adapter';
import { createLocalBus } from './adapters/local/bus.ts';
import { createLocalConnectionCounter } from './adapters/local/connection-counter.ts';
import { createLocalRateLimiter } from './adapters/local/rate-limiter.ts';
import { createBreaker } from './adapters/redis/breaker.ts';
import { createRedisBus } from './adapters/redis/bus.ts';
import { createRedisClients } from './adapters/redis/clients.ts';
import { createRedisConnectionCounter } from './adapters/redis/connection-counter.ts';
import { createRedisRateLimiter } from './adapters/redis/rate-limiter.ts';
import type { Config } from './config.ts';
import { namedRateLimits } from './config-limits.ts';
import type { Bus, BusLink } from './domain/cluster/bus.ts';
import type { ConnectionCounter, RateLimiter } from './domain/cluster/counters.ts';
import type { Clock } from './lib/clock.ts';
import type { Log } from './lib/log.ts';

/** What replicas share besides the database: over Redis, or within the one process. */
export interface Cluster {
  readonly bus: Bus;
  readonly link: BusLink;
  readonly limiter: RateLimiter;
  readonly connections: ConnectionCounter;
  /** Users with an open socket anywhere; null where only this replica's are known. */
  uniqueUsers(): number | null;
  /** For the Socket.IO server; null in the one process. */
  readonly adapter: ((namespace: Namespace) => Adapter) | null;
  start(): void;
  stop(): Promise<void>;
}

export interface ClusterParts {
  readonly config: Config;
  readonly redisUrl: string | null;
  /** Replicas last seen. */
  readonly replicas: () => number;
  readonly clock: Clock;
  readonly log: Log;
}

export function createCluster(parts: ClusterParts): Cluster {
  return parts.redisUrl === null ? oneProcess(parts) : overRedis(parts, parts.redisUrl);
}

const oneProcess = ({ config, log }: ClusterParts): Cluster => ({
  bus: createLocalBus(log),
  link: {
    state: () => 'off',
    lagMs: () => null,
    counters: { failed: 0, malformed: 0, late: 0, version: 0, resubscribed: 0 },
    onChange: () => () => {},
  },
  limiter: createLocalRateLimiter(namedRateLimits(config)),
  connections: createLocalConnectionCounter(config.maxConnectionsPerUser),
  uniqueUsers: () => null,
  adapter: null,
  start() {},
  async stop() {},
});

function overRedis({ config, replicas, clock, log }: ClusterParts, url: string): Cluster {
  const prefix = config.redisPrefix;
  const clients = createRedisClients({ url, log });
  const bus = createRedisBus({ clients, prefix, clock, log });
  const { link } = bus;
  const breaker = createBreaker({ redis: clients.commands, link, clock, log });
  const counting = { clients, breaker, prefix, replicas };
  const connections = createRedisConnectionCounter({
    ...counting,
    maxPerUser: config.maxConnectionsPerUser,
    clock,
  });
  return {
    bus,
    link,
    limiter: createRedisRateLimiter({ ...counting, limits: namedRateLimits(config) }),
    connections,
    uniqueUsers: connections.uniqueUsers,
    adapter: bus.adapter,
    start() {
      clients.connect();
      bus.start();
      breaker.start();
      connections.start();
    },
    async stop() {
      await connections.stop();
      breaker.stop();
      bus.stop();
      clients.close();
    },
  };
}
