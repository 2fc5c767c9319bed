import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { silentLog } from '../../rig/log.ts';
import { until } from '../../rig/wait.ts';
import { createLocalBus } from '../../src/adapters/local/bus.ts';
import { createRedisLine, type RedisLine } from '../../src/adapters/redis/bus-line.ts';
import { createRedisClients } from '../../src/adapters/redis/clients.ts';
import { TOPICS } from '../../src/app/topics.ts';
import type { Bus } from '../../src/domain/bus/bus.ts';
import { createCommitLine } from '../../src/domain/bus/commit-line.ts';
import type { BusLine } from '../../src/domain/bus/line.ts';
import { createRefusals, type Refusals } from '../../src/domain/bus/refusals.ts';
import { createReplicatedBus } from '../../src/domain/bus/replicated-bus.ts';
import { createSeal, type Seal } from '../../src/domain/bus/seal.ts';
import type { Topic } from '../../src/domain/bus/topic.ts';
import { heartbeatTopic } from '../../src/domain/monitor/topics.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';

/** One replica's side of the bus and nothing else, over a real Redis and Socket.IO's adapter. */
export interface BusPeer {
  readonly name: string;
  readonly bus: Bus;
  readonly line: RedisLine;
  readonly refusals: Refusals;
  /** Everything of this topic that arrived here, own messages too. */
  heard<Message>(topic: Topic<Message>): readonly Message[];
  /** Publishes a heartbeat now. */
  beat(): void;
  close(): void;
}

export interface BusPeerOptions {
  readonly name: string;
  readonly url: string;
  readonly clock?: Clock;
  readonly prefix?: string;
  readonly secrets?: readonly string[];
  /** Whom the replica has, everybody unless given. */
  readonly hasReader?: (reader: string) => boolean;
  /** Stands between the bus and its line. */
  readonly wrapLine?: (line: BusLine) => BusLine;
  readonly moreLines?: readonly BusLine[];
}

const HEARTBEAT_MS = 1_000;
const BUS_SECRETS = ['a-secret-of-the-bus-for-tests-of-peers'];
export const BUS_PREFIX = 'test';

/** What a peer seals its messages with; each call is a sender of its own. */
export const sealOf = ({
  prefix = BUS_PREFIX,
  secrets = BUS_SECRETS,
  clock = systemClock,
}: Partial<Pick<BusPeerOptions, 'prefix' | 'secrets' | 'clock'>> = {}): Seal =>
  createSeal({ prefix, secrets: () => secrets, clock });

export function createBusPeer(options: BusPeerOptions): BusPeer {
  const { name, url, clock = systemClock, prefix = BUS_PREFIX, hasReader = () => true } = options;
  const clients = createRedisClients({ url, log: silentLog });
  const refusals = createRefusals({ clock, log: silentLog });
  const line = createRedisLine({
    ...{ clients, topics: TOPICS, prefix, refusals, clock, log: silentLog },
    seal: sealOf(options),
    hasReader,
    externalEvents: ['news'],
  });
  const joined = createCommitLine(line, hasReader);
  const io = new Server(createServer(), { adapter: line.adapter as never });
  const bus = createReplicatedBus({
    local: createLocalBus(silentLog),
    lines: [options.wrapLine?.(joined) ?? joined, ...(options.moreLines ?? [])],
    topics: TOPICS,
    count: line.link.count,
    clock,
  });
  const heard = new Map<string, unknown[]>();
  const beat = (): void =>
    bus.publish(heartbeatTopic, { replica: name, at: clock.now(), startedAt: 1 } as never);
  clients.connect();
  void line.start();
  const stopBeating = clock.every(HEARTBEAT_MS, beat);
  beat();
  return {
    name,
    bus,
    line,
    refusals,
    heard(topic) {
      const known = heard.get(topic.name);
      if (known) return known as never;
      const list: unknown[] = [];
      heard.set(topic.name, list);
      bus.subscribe(topic, (message) => void list.push(message));
      return list as never;
    },
    beat,
    close() {
      stopBeating();
      line.stop();
      clients.close();
      void io.close();
    },
  };
}

/** Resolves when the peer's own heartbeat comes back. */
export const linked = (...peers: BusPeer[]): Promise<void> =>
  until(() => peers.every(({ line }) => line.link.lagMs() !== null), 'the heartbeats come back');
