import { EventEmitter } from 'node:events';
import type { RedisClients } from './clients.ts';
import { type ConnectionPair, type ConnectionPairOptions, openPair } from './connection-pair.ts';
import { isRefusal } from './refusals.ts';

/**
 * What waits in our memory for a Redis that does not read is lost beyond this: a hung Redis is detected after three
 * seconds, and must not collect messages until then that are too old when they arrive.
 */
export const MAX_WAITING_BYTES = 1_000_000;

/**
 * The two connections of the bus, made anew as often as needed. Socket.IO's adapter keeps its two clients for good; it
 * gets `publisher` and `subscriber`, which outlive every connection.
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

/** What arrives is passed on unchecked. */
export interface BusConnectionsOptions
  extends Pick<ConnectionPairOptions, 'onMessage' | 'onPatternMessage' | 'onReady' | 'onLost'> {
  readonly clients: RedisClients;
  /** Whether a message may leave now. */
  readonly maySend: () => boolean;
  /** A message could not be sent. */
  readonly onFailed: () => void;
}

export function createBusConnections(options: BusConnectionsOptions): BusConnections {
  const { clients, onFailed } = options;
  const channels = new Set<string>();
  const patterns = new Set<string>();
  let live: ConnectionPair | null = null;

  const connect = (): void => {
    live = openPair({ ...options, channels, patterns });
  };
  const disconnect = (): void => {
    live?.close();
    live = null;
  };

  return {
    publisher: Object.assign(new EventEmitter(), {
      publish(channel: string, message: string | Buffer): void {
        const pair = live;
        const client = pair?.publisher;
        const fits = client?.status === 'ready' && client.stream.writableLength < MAX_WAITING_BYTES;
        if (!fits || !options.maySend()) onFailed();
        else
          client.publish(channel, message).catch((error: unknown) => {
            onFailed();
            if (isRefusal(error)) pair?.refuse(error);
          });
      },
    }),
    subscriber: Object.assign(new EventEmitter(), {
      // The adapter subscribes once, before anything is connected.
      subscribe: (names: string[]) => names.forEach((name) => void channels.add(name)),
      psubscribe: (pattern: string) => void patterns.add(pattern),
      unsubscribe: (names: string[]) => names.forEach((name) => void channels.delete(name)),
      punsubscribe: (pattern: string) => void patterns.delete(pattern),
    }),
    isReady: () => live?.isReady() ?? false,
    start: connect,
    renew() {
      if (live === null) return;
      disconnect();
      connect();
      // This connection may be just as dead, and would not notice for minutes.
      clients.commands.disconnect(true);
    },
    stop: disconnect,
  };
}
