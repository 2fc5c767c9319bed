import type { Namespace } from 'socket.io';
import type { Adapter } from 'socket.io-adapter';
import { createLocalBus } from './adapters/local/bus.ts';
import { createLocalConnectionCounter } from './adapters/local/connection-counter.ts';
import { createLocalRateLimiter } from './adapters/local/rate-limiter.ts';
import { createBreaker } from './adapters/redis/breaker.ts';
import { createRedisLine } from './adapters/redis/bus-line.ts';
import { createRedisClients } from './adapters/redis/clients.ts';
import { createRedisConnectionCounter } from './adapters/redis/connection-counter.ts';
import { createRedisRateLimiter } from './adapters/redis/rate-limiter.ts';
import type { Config } from './config.ts';
import { namedRateLimits } from './config-limits.ts';
import type { Bus, BusLink } from './domain/cluster/bus.ts';
import type { ConnectionCounter, RateLimiter } from './domain/cluster/counters.ts';
import { createReplicatedBus } from './domain/cluster/replicated-bus.ts';
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
  /** After a stall of this process: connections may be dead, and what came meanwhile is lost. */
  resubscribe(): void;
  start(): void;
  stop(): Promise<void>;
}

export interface ClusterParts {
  readonly config: Config;
  readonly redisUrl: string | null;
  /** Replicas last seen. */
  readonly replicas: () => number;
  /** False lets old messages pass: for a drill that must notice. */
  readonly checkAge?: boolean;
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
    counters: {
      failed: 0,
      malformed: 0,
      late: 0,
      version: 0,
      resubscribed: 0,
      relayed: 0,
      relayFailed: 0,
    },
    onChange: () => () => {},
  },
  limiter: createLocalRateLimiter(namedRateLimits(config)),
  connections: createLocalConnectionCounter(config.maxConnectionsPerUser),
  uniqueUsers: () => null,
  adapter: null,
  resubscribe() {},
  start() {},
  async stop() {},
});

function overRedis(parts: ClusterParts, url: string): Cluster {
  const { config, replicas, clock, log } = parts;
  const prefix = config.redisPrefix;
  const clients = createRedisClients({ url, log });
  const line = createRedisLine({ clients, prefix, clock, log });
  const { link } = line;
  const bus = createReplicatedBus({
    local: createLocalBus(log),
    lines: [line],
    count: link.count,
    clock,
    checkAge: parts.checkAge,
  });
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
    adapter: line.adapter,
    resubscribe: line.resubscribe,
    start() {
      clients.connect();
      line.start();
      breaker.start();
      connections.start();
    },
    async stop() {
      await connections.stop();
      breaker.stop();
      line.stop();
      clients.close();
    },
  };
}
