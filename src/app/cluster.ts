import type { Namespace } from 'socket.io';
import type { Adapter } from 'socket.io-adapter';
import { createLocalBus } from '../adapters/local/bus.ts';
import { createLocalConnectionCounter } from '../adapters/local/connection-counter.ts';
import { createLocalHistory } from '../adapters/local/history.ts';
import { createLocalRateLimiter } from '../adapters/local/rate-limiter.ts';
import { createPostgresConnection } from '../adapters/postgres/connection.ts';
import { createNotifyChannel } from '../adapters/postgres/notify-channel.ts';
import { createBreaker } from '../adapters/redis/breaker.ts';
import { createRedisLine } from '../adapters/redis/bus-line.ts';
import { createRedisClients } from '../adapters/redis/clients.ts';
import { createRedisConnectionCounter } from '../adapters/redis/connection-counter.ts';
import { createRedisHistory } from '../adapters/redis/history.ts';
import { createRedisRateLimiter } from '../adapters/redis/rate-limiter.ts';
import { checkRights, countingTrial } from '../adapters/redis/rights.ts';
import type { Database } from '../adapters/sql/database.ts';
import type { ClusterConfig } from '../config/index.ts';
import type { Bus } from '../domain/bus/bus.ts';
import { createCommitLine } from '../domain/bus/commit-line.ts';
import type { BusLine } from '../domain/bus/line.ts';
import { type BusLink, newLinkCounters } from '../domain/bus/link.ts';
import { createRefusals, type Refusals } from '../domain/bus/refusals.ts';
import { createRelay } from '../domain/bus/relay.ts';
import { createReplicatedBus } from '../domain/bus/replicated-bus.ts';
import { createSeal, type Seal } from '../domain/bus/seal.ts';
import { createSealedChannel } from '../domain/bus/sealed-channel.ts';
import type { ConnectionCounter, RateLimiter } from '../domain/limits/counters.ts';
import type { HistoryStore } from '../domain/monitor/history.ts';
import type { Cancel } from '../lib/clock.ts';
import { type Core, wrapped } from './core.ts';
import type { Keys } from './keys.ts';
import type { Capability } from './part.ts';
import { TOPICS } from './topics.ts';

/** What replicas share besides the database: over Redis, or within the one process. */
export interface Cluster {
  readonly bus: Bus;
  readonly link: BusLink;
  /** Messages on the bus that no replica of this service sent. */
  readonly refusals: Pick<Refusals, 'counters' | 'goingOn'>;
  /** Down also where Redis refuses what the counters ask. */
  redis(): 'off' | 'ok' | 'down';
  /** Why it is down, without a full stop. */
  redisProblem(): string | null;
  readonly limiter: RateLimiter;
  readonly connections: ConnectionCounter;
  /** Users with a connection to any replica; null where only this replica's are known. */
  uniqueUsers(): number | null;
  /** The hour before, for a replica that has just started. */
  readonly history: HistoryStore;
  /** For the Socket.IO server; null in the one process. */
  readonly adapter: ((namespace: Namespace) => Adapter) | null;
  /** After a stall of this process: connections may be dead, and messages that came meanwhile are lost. */
  resubscribe(): void;
}

export interface ClusterParts {
  readonly config: ClusterConfig;
  readonly redisUrl: string | null;
  readonly keys: Pick<Keys, 'bus'>;
  readonly database: Database;
  /** Set wherever there is Redis: replicas share a Postgres. */
  readonly databaseUrl: string | null;
  /** Number of replicas last seen. */
  readonly replicas: () => number;
  /** Whether this replica has use for what a reader is sent: a user, or `ENGINE`. */
  readonly hasReader: (reader: string) => boolean;
}

/** A replica without clients asks Redis for nothing, and would not notice what Redis began to refuse. */
const TRY_AGAIN_MS = 5_000;
const TRIED = 1;

export function createCluster(core: Core, parts: ClusterParts): Capability<Cluster> {
  const { redisUrl, databaseUrl } = parts;
  return redisUrl === null || databaseUrl === null
    ? { name: 'cluster', faces: oneProcess(core, parts) }
    : overRedis(core, { ...parts, redisUrl, databaseUrl });
}

const oneProcess = ({ log, clock, wrap }: Core, { config }: ClusterParts): Cluster => ({
  bus: wrapped<Bus>(createLocalBus(log('cluster')), wrap.bus),
  link: {
    state: () => 'off',
    problem: () => null,
    lagMs: () => null,
    counters: newLinkCounters(),
    onChange: () => () => {},
  },
  refusals: createRefusals({ clock, log: log('cluster') }),
  redis: () => 'off',
  redisProblem: () => null,
  limiter: createLocalRateLimiter(config.rateLimits),
  connections: createLocalConnectionCounter(config.maxConnectionsPerUser),
  uniqueUsers: () => null,
  history: createLocalHistory(),
  adapter: null,
  resubscribe() {},
});

interface SharedParts extends ClusterParts {
  readonly redisUrl: string;
  readonly databaseUrl: string;
}

function overRedis(core: Core, parts: SharedParts): Capability<Cluster> {
  const { config, replicas, hasReader } = parts;
  const { clock, wrap } = core;
  const log = core.log('cluster');
  const prefix = config.redisPrefix;
  const clients = createRedisClients({ url: parts.redisUrl, log });
  const refusals = createRefusals({ clock, log });
  // One of each line: a message counts on the line that brought it.
  const newSeal = (): Seal => createSeal({ prefix, secrets: parts.keys.bus, clock });
  const line = createRedisLine({
    ...{ clients, topics: TOPICS, prefix, refusals, hasReader, clock, log },
    seal: newSeal(),
    externalEvents: config.externalEvents,
  });
  const { link } = line;
  const name = `${prefix}_bus`;
  const channel = createNotifyChannel({
    connection: createPostgresConnection(parts.databaseUrl),
    ...{ db: parts.database, name, clock, log },
  });
  const relay = createRelay({
    channel: createSealedChannel(channel, { name, seal: newSeal(), refusals }),
    link,
    count: link.count,
    clock,
  });
  const bus = createReplicatedBus({
    local: createLocalBus(log),
    lines: [
      wrapped<BusLine>(createCommitLine(line, hasReader), wrap.line),
      wrapped<BusLine>(relay, wrap.line),
    ],
    topics: TOPICS,
    count: link.count,
    clock,
  });
  const trial = countingTrial(clients.commands, prefix);
  let stopTrying: Cancel = () => {};
  const breaker = createBreaker({ redis: clients.commands, trial, link, clock, log });
  const counting = { clients, breaker, prefix, replicas };
  const connections = createRedisConnectionCounter({
    ...counting,
    maxPerUser: config.maxConnectionsPerUser,
    clock,
  });
  return {
    name: 'cluster',
    faces: {
      bus: wrapped<Bus>(bus, wrap.bus),
      link,
      refusals,
      redis: () => (breaker.problem() === null ? link.state() : 'down'),
      redisProblem: () => link.problem() ?? breaker.problem(),
      limiter: createRedisRateLimiter({ ...counting, limits: config.rateLimits }),
      connections,
      uniqueUsers: connections.uniqueUsers,
      history: createRedisHistory({ clients, breaker, prefix }),
      adapter: line.adapter,
      resubscribe: line.resubscribe,
    },
    async start() {
      await checkRights(clients, prefix, clock);
      stopTrying = clock.every(TRY_AGAIN_MS, () => void breaker.ask(() => trial().then(() => TRIED)));
      clients.connect();
      relay.start();
      breaker.start();
      connections.start();
      await line.start();
    },
    async stop() {
      stopTrying();
      await connections.stop();
      breaker.stop();
      await relay.stop();
      line.stop();
      clients.close();
    },
  };
}
