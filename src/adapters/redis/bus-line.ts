import { EventEmitter } from 'node:events';
import { createAdapter } from '@socket.io/redis-adapter';
import type { Namespace } from 'socket.io';
import type { Adapter } from 'socket.io-adapter';
import type { Envelope } from '../../domain/bus/envelope.ts';
import type { BusLine } from '../../domain/bus/line.ts';
import type { BusLink, LinkCounters } from '../../domain/bus/link.ts';
import { createLinkWatch, type LinkWatch } from '../../domain/bus/link-watch.ts';
import type { Refusals } from '../../domain/bus/refusals.ts';
import type { Seal } from '../../domain/bus/seal.ts';
import type { Topic } from '../../domain/bus/topic.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { within } from '../../lib/within.ts';
import { type BusConnections, createBusConnections } from './bus-connections.ts';
import type { RedisClients } from './clients.ts';
import { createExternalEmits, type Parser } from './external-emit.ts';
import { createGuard, type Guard, type Listener, strictParser } from './guard.ts';

/** What replicas emit to each other, by the name of the topic. */
type InterServerEvents = Record<string, (envelope: unknown) => void>;
type BusNamespace = Namespace<Record<string, never>, Record<string, never>, InterServerEvents>;

export interface RedisLine extends BusLine {
  readonly link: BusLink & { count(what: keyof LinkCounters, by?: number): void };
  /** For the Socket.IO server: emits into rooms of other replicas, and the events between servers. */
  readonly adapter: (namespace: Namespace) => Adapter;
  /** Drops both connections and makes new ones: after a stall it is unknown what was missed, and whether they live. */
  resubscribe(): void;
  /** Resolves with the first connection, or soon without one: a Redis that is away is found later. */
  start(): Promise<void>;
  stop(): void;
}

/** A Redis that is there answers in milliseconds. What the other parts publish as they start then reaches it. */
const FIRST_CONNECTION_MS = 1_000;

export interface RedisLineOptions {
  readonly clients: RedisClients;
  /** The topics to receive. */
  readonly topics: readonly Topic[];
  readonly prefix: string;
  /** Of this line alone. */
  readonly seal: Seal;
  readonly refusals: Refusals;
  /** Whether this replica has use for what a reader is sent. */
  readonly hasReader: (reader: string) => boolean;
  /** What another service may emit to clients without a seal. */
  readonly externalEvents: readonly string[];
  readonly clock: Clock;
  readonly log: Log;
}

/** The line between replicas over Socket.IO's Redis adapter. */
export function createRedisLine(options: RedisLineOptions): RedisLine {
  const { clients, topics, prefix, seal, clock, log } = options;
  let attached: { readonly namespace: BusNamespace; readonly guard: Guard } | null = null;
  let receive: Parameters<BusLine['onReceive']>[0] = () => {};
  let subscribedBefore = false;
  const connected = Promise.withResolvers<void>();

  const link = createLinkWatch({ clock, log, renew: () => connections.renew() });
  const connections = createBusConnections({
    clients,
    maySend: () => probes.isSending() || link.state() === 'ok',
    onFailed: () => link.count('failed'),
    onMessage(channel, message) {
      for (const listener of connections.subscriber.listeners('messageBuffer'))
        attached?.guard.request(listener as Listener, channel, message);
    },
    onPatternMessage(pattern, channel, message) {
      for (const listener of connections.subscriber.listeners('pmessageBuffer'))
        attached?.guard.broadcast(listener as Listener, pattern, channel, message);
    },
    onReady() {
      if (subscribedBefore) link.count('resubscribed');
      subscribedBefore = true;
      probes.repeat(clock.now());
      connected.resolve();
    },
    onLost: link.lost,
  });
  const make = createAdapter(sealing(connections.publisher, seal), connections.subscriber, { key: prefix });
  const emit = (topic: Topic, envelope: Envelope): void => {
    attached?.namespace.serverSideEmit(topic.name, envelope);
  };
  const probes = createProbes(emit);

  return {
    link,
    send(topic, envelope) {
      if (topic.isProbe) probes.send(topic, envelope);
      else if (connections.isReady() && link.state() === 'ok') emit(topic, envelope);
      else link.count('failed');
    },
    onReceive(listener) {
      receive = listener;
    },
    // Socket.IO calls it with `new`, which an arrow function does not allow.
    adapter: function adapter(root: Namespace): Adapter {
      const made = make(root);
      const guard = guardOf(root, made.parser, options, link);
      Object.assign(made, { parser: strictParser(made.parser) });
      const namespace = root as unknown as BusNamespace;
      attached = { namespace, guard };
      for (const { name } of topics) {
        namespace.on(name, (envelope: unknown) => {
          guard.reached();
          receive(name, envelope);
        });
      }
      return made as unknown as Adapter;
    },
    resubscribe: () => connections.renew(),
    start() {
      link.start();
      connections.start();
      return within(FIRST_CONNECTION_MS, connected.promise, clock);
    },
    stop() {
      link.stop();
      connections.stop();
    },
  };
}

function guardOf(
  { name }: Namespace,
  parser: Parser,
  { topics, prefix, seal, refusals, hasReader, externalEvents }: RedisLineOptions,
  link: LinkWatch,
): Guard {
  return createGuard({
    ...{ topics, seal, refusals, hasReader },
    externalEmits: createExternalEmits({ parser, channel: `${prefix}#${name}#`, events: externalEvents }),
    requestChannel: `${prefix}-request#${name}#`,
    onEcho: link.echoed,
    onMalformed: () => link.count('malformed'),
    onUnknown: () => link.count('version'),
  });
}

/** The adapter's publishing client: everything that it sends leaves with a seal. */
const sealing = (publisher: BusConnections['publisher'], seal: Seal): BusConnections['publisher'] =>
  Object.assign(new EventEmitter(), {
    publish: (channel: string, message: string | Buffer) =>
      publisher.publish(channel, seal.close(channel, message)),
  });

/** Messages that prove the line: they leave also while it is down. */
function createProbes(emit: (topic: Topic, envelope: Envelope) => void) {
  let last: { readonly topic: Topic; readonly envelope: Envelope } | null = null;
  let isSending = false;

  function send(topic: Topic, envelope: Envelope): void {
    last = { topic, envelope };
    isSending = true;
    emit(topic, envelope);
    isSending = false;
  }
  return {
    send,
    isSending: () => isSending,
    /** Sends the last one again, the moment Redis can be reached. */
    repeat(at: number): void {
      if (last) send(last.topic, { ...last.envelope, at });
    },
  };
}
