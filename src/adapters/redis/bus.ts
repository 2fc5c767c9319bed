import { createAdapter } from '@socket.io/redis-adapter';
import type { Namespace } from 'socket.io';
import type { Adapter } from 'socket.io-adapter';
import type { Bus, BusLink, BusMessages, BusTopic } from '../../domain/cluster/bus.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { createLocalBus } from '../local/bus.ts';
import type { RedisClients } from './clients.ts';

/** What goes over the wire between replicas: the source time decides whether it still counts. */
export interface Envelope<T extends BusTopic> {
  readonly version: number;
  readonly at: number;
  readonly message: BusMessages[T];
}
export type InterServerEvents = { [T in BusTopic]: (envelope: Envelope<T>) => void };
type BusNamespace = Namespace<Record<string, never>, Record<string, never>, InterServerEvents>;

/** Raised when a message changes so that an older replica would misread it; new fields alone do not raise it. */
export const BUS_VERSION = 1;

export interface RedisBus extends Bus {
  readonly link: BusLink;
  /** For the Socket.IO server: rooms of other replicas, and the line this bus speaks over. */
  readonly adapter: (namespace: Namespace) => Adapter;
  start(): void;
  stop(): void;
}

export interface RedisBusOptions {
  readonly clients: RedisClients;
  readonly prefix: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** The bus over Socket.IO's Redis adapter. First version: guard, ages and the heartbeat watch follow. */
export function createRedisBus({ clients, prefix, clock, log }: RedisBusOptions): RedisBus {
  const local = createLocalBus(log);
  let namespace: BusNamespace | null = null;
  const counters = { failed: 0, malformed: 0, late: 0, version: 0, resubscribed: 0 };
  const make = createAdapter(quiet(clients.publisher), quiet(clients.subscriber), { key: prefix });
  const topics: BusTopic[] = [
    'quotes',
    'journal',
    'portfolio',
    'revoked',
    'demand',
    'market',
    'orders',
    'heartbeat',
    'lease:free',
    'candles:asked',
    'candles',
  ];

  return {
    publish(topic, message) {
      local.publish(topic, message);
      if (!namespace || clients.publisher.status !== 'ready') {
        counters.failed += 1;
        return;
      }
      const envelope = { version: BUS_VERSION, at: clock.now(), message };
      (namespace as unknown as Namespace).serverSideEmit(topic, envelope);
    },
    subscribe: local.subscribe,
    link: {
      state: () => (clients.subscriber.status === 'ready' ? 'ok' : 'down'),
      lagMs: () => null,
      counters,
      onChange: () => () => {},
    },
    // Socket.IO calls it with `new`.
    adapter: function adapter(nsp: Namespace): Adapter {
      namespace = nsp as unknown as BusNamespace;
      for (const topic of topics)
        (nsp as unknown as NodeJS.EventEmitter).on(topic, (envelope: Envelope<typeof topic>) =>
          local.publish(topic, envelope.message),
        );
      return make(nsp) as unknown as Adapter;
    },
    start() {},
    stop() {},
  };
}

/** The adapter drops the promises of its commands: unhandled, a rejection would end the process. */
function quiet<Client extends RedisClients['publisher']>(client: Client): Client {
  return new Proxy(client, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        const result: unknown = value.apply(target, args);
        if (result instanceof Promise) result.catch(() => {});
        return result;
      };
    },
  });
}
