import { createAdapter } from '@socket.io/redis-adapter';
import type { Namespace } from 'socket.io';
import type { Adapter } from 'socket.io-adapter';
import type { BusLine, BusLink, BusTopic, LinkCounters } from '../../domain/bus/bus.ts';
import { type Envelope, TOPICS } from '../../domain/bus/envelope.ts';
import { createLinkWatch } from '../../domain/bus/link-watch.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { createBusConnections } from './bus-connections.ts';
import type { RedisClients } from './clients.ts';
import { createGuard, type Guard, type Listener, strictParser } from './guard.ts';

/** What replicas emit to each other. */
export type InterServerEvents = { [T in BusTopic]: (envelope: Envelope<T>) => void };
type BusNamespace = Namespace<Record<string, never>, Record<string, never>, InterServerEvents>;

export interface RedisLine extends BusLine {
  readonly link: BusLink & { count(what: keyof LinkCounters, by?: number): void };
  /** For the Socket.IO server: emits into rooms of other replicas, and the events between servers. */
  readonly adapter: (namespace: Namespace) => Adapter;
  /** Drops both connections and makes new ones: after a stall nobody knows what was missed, or whether they live. */
  resubscribe(): void;
  start(): void;
  stop(): void;
}

export interface RedisLineOptions {
  readonly clients: RedisClients;
  readonly prefix: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** The line between replicas over Socket.IO's Redis adapter. */
export function createRedisLine({ clients, prefix, clock, log }: RedisLineOptions): RedisLine {
  let namespace: BusNamespace | null = null;
  let guard: Guard | null = null;
  let receive: (topic: BusTopic, envelope: unknown) => void = () => {};
  /** The last one, which is sent again as a probe the moment Redis can be reached. */
  let heartbeat: Envelope | null = null;
  let probing = false;
  let subscribedBefore = false;

  const link = createLinkWatch({ clock, log, renew: () => connections.renew() });
  const connections = createBusConnections({
    clients,
    maySend: () => probing || link.state() === 'ok',
    onFailed: () => link.count('failed'),
    onMessage(channel, message) {
      for (const listener of connections.subscriber.listeners('messageBuffer'))
        guard?.request(listener as Listener, channel, message);
    },
    onPatternMessage(pattern, channel, message) {
      for (const listener of connections.subscriber.listeners('pmessageBuffer'))
        guard?.broadcast(listener as Listener, pattern, channel, message);
    },
    onReady() {
      if (subscribedBefore) link.count('resubscribed');
      subscribedBefore = true;
      if (heartbeat) probe({ ...heartbeat, at: clock.now() });
    },
    onLost: link.lost,
  });
  const make = createAdapter(connections.publisher, connections.subscriber, { key: prefix });

  function emit(topic: BusTopic, envelope: Envelope): void {
    // Each topic has its own message; the type of the emit cannot follow that through a variable.
    (namespace as unknown as Namespace | null)?.serverSideEmit(topic, envelope);
  }

  function probe(envelope: Envelope): void {
    probing = true;
    emit('heartbeat', envelope);
    probing = false;
  }

  return {
    link,
    send(topic, envelope) {
      if (topic === 'heartbeat') {
        heartbeat = envelope;
        probe(envelope);
      } else if (connections.isReady() && link.state() === 'ok') {
        emit(topic, envelope);
      } else {
        link.count('failed');
      }
    },
    onReceive(listener) {
      receive = listener;
    },
    // Socket.IO calls it with `new`.
    adapter: function adapter(root: Namespace): Adapter {
      const made = make(root);
      Object.assign(made, { parser: strictParser(made.parser) });
      namespace = root as unknown as BusNamespace;
      guard = createGuard({
        uid: made.uid,
        requestChannel: `${prefix}-request#${root.name}#`,
        onEcho: link.echoed,
        onMalformed: () => link.count('malformed'),
        onUnknown: () => link.count('version'),
      });
      for (const topic of TOPICS) {
        namespace.on(topic, (envelope: unknown) => {
          guard?.reached();
          receive(topic, envelope);
        });
      }
      return made as unknown as Adapter;
    },
    resubscribe: () => connections.renew(),
    start() {
      link.start();
      connections.start();
    },
    stop() {
      link.stop();
      connections.stop();
    },
  };
}
