import { EventEmitter } from 'node:events';
import type { Redis } from 'ioredis';
import { open, type RedisClients } from './clients.ts';

/**
 * More than this waiting in our memory for a Redis that does not read is lost instead, bytes: a hung one is found
 * out in three seconds, and until then must not collect what nobody will want any more.
 */
export const MAX_WAITING_BYTES = 1_000_000;

type Deliver = (channel: Buffer, message: Buffer) => void;

/**
 * The two connections of the bus, made anew as often as it takes. Socket.IO's adapter keeps its two clients for
 * good; what it gets is `publisher` and `subscriber`, which outlive every connection.
 */
export interface BusConnections {
  readonly publisher: EventEmitter & { publish(channel: string, message: string | Buffer): void };
  readonly subscriber: EventEmitter & {
    subscribe(channels: string[]): void;
    psubscribe(pattern: string): void;
    unsubscribe(channels: string[]): void;
    punsubscribe(pattern: string): void;
  };
  /** Both are connected, and the subscriptions confirmed. */
  isReady(): boolean;
  start(): void;
  /** Drops both connections and makes new ones. */
  renew(): void;
  stop(): void;
}

export interface BusConnectionsOptions {
  readonly clients: RedisClients;
  /** Whether this message may leave now. */
  readonly maySend: () => boolean;
  readonly onFailed: () => void;
  /** What arrives, before anybody has looked at it. */
  readonly onMessage: Deliver;
  readonly onPatternMessage: (pattern: string, channel: Buffer, message: Buffer) => void;
  /** Both are ready, for the first time or again. */
  readonly onReady: () => void;
  readonly onLost: (reason: string) => void;
}

export function createBusConnections(options: BusConnectionsOptions): BusConnections {
  const { clients, onFailed, onLost } = options;
  const channels = new Set<string>();
  const patterns = new Set<string>();
  let live: { publisher: Redis; subscriber: Redis; subscribed: boolean } | null = null;

  function connect(): void {
    const made = {
      publisher: clients.newPublisher(),
      subscriber: clients.newSubscriber(),
      subscribed: false,
    };
    const { publisher, subscriber } = made;
    live = made;
    const announce = (): void => {
      if (live === made && isReady()) options.onReady();
    };
    let reason = 'a connection was lost';
    const lose = (): void => {
      made.subscribed = false;
      onLost(reason);
    };
    publisher.on('ready', announce);
    for (const client of [publisher, subscriber]) {
      client.on('error', (error: Error) => {
        reason = error.message;
      });
      client.on('close', lose);
    }
    subscriber.on('ready', () => {
      Promise.all([subscriber.psubscribe(...patterns), subscriber.subscribe(...channels)]).then(
        () => {
          made.subscribed = true;
          announce();
        },
        // Cut off meanwhile: the next connection subscribes again.
        () => {},
      );
    });
    subscriber.on('messageBuffer', options.onMessage);
    subscriber.on('pmessageBuffer', options.onPatternMessage);
    open(publisher);
    open(subscriber);
  }

  function disconnect(): void {
    if (live === null) return;
    for (const client of [live.publisher, live.subscriber]) {
      for (const event of ['ready', 'close', 'messageBuffer', 'pmessageBuffer'])
        client.removeAllListeners(event);
      client.disconnect();
    }
    live = null;
  }

  const isReady = (): boolean => live?.subscribed === true && live.publisher.status === 'ready';

  return {
    publisher: Object.assign(new EventEmitter(), {
      publish(channel: string, message: string | Buffer): void {
        const client = live?.publisher;
        const fits = client?.status === 'ready' && client.stream.writableLength < MAX_WAITING_BYTES;
        if (!fits || !options.maySend()) onFailed();
        else client.publish(channel, message).catch(onFailed);
      },
    }),
    subscriber: Object.assign(new EventEmitter(), {
      // The adapter subscribes once, before anything is connected.
      subscribe: (names: string[]) => names.forEach((name) => void channels.add(name)),
      psubscribe: (pattern: string) => void patterns.add(pattern),
      unsubscribe: (names: string[]) => names.forEach((name) => void channels.delete(name)),
      punsubscribe: (pattern: string) => void patterns.delete(pattern),
    }),
    isReady,
    start: connect,
    renew() {
      if (live === null) return;
      disconnect();
      connect();
      // It may be just as dead, and would not notice for minutes.
      clients.commands.disconnect(true);
    },
    stop: disconnect,
  };
}
