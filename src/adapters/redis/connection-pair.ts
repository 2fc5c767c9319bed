import type { Redis } from 'ioredis';
import { open, type RedisClients } from './clients.ts';
import { isRefusal, reasonOf } from './refusals.ts';

/** One publishing and one subscribing connection, for as long as both live. */
export interface ConnectionPair {
  readonly publisher: Redis;
  /** Both are connected, and the subscriptions confirmed. */
  isReady(): boolean;
  /** A command of ours was refused: the pair ends, and the next one is tried anew. */
  refuse(error: Error): void;
  /** Without waiting: a hung Redis does not answer. */
  close(): void;
}

export interface ConnectionPairOptions {
  readonly clients: Pick<RedisClients, 'newPublisher' | 'newSubscriber'>;
  readonly channels: ReadonlySet<string>;
  readonly patterns: ReadonlySet<string>;
  readonly onMessage: (channel: Buffer, message: Buffer) => void;
  readonly onPatternMessage: (pattern: string, channel: Buffer, message: Buffer) => void;
  /** Both are ready, for the first time or again. */
  readonly onReady: () => void;
  readonly onLost: (reason: string) => void;
}

export function openPair(options: ConnectionPairOptions): ConnectionPair {
  const { clients, channels, patterns, onReady, onLost } = options;
  const publisher = clients.newPublisher();
  const subscriber = clients.newSubscriber();
  let isSubscribed = false;
  let isClosed = false;
  let reason = 'a connection was lost';

  const isReady = (): boolean => isSubscribed && publisher.status === 'ready';
  const announce = (): void => {
    if (!isClosed && isReady()) onReady();
  };

  /** Redis answers and says no. Half a subscription would look like a whole one: our own heartbeat came back. */
  const refuse = (error: Error): void => {
    if (isClosed) return;
    close();
    onLost(reasonOf(error));
  };
  const close = (): void => {
    isClosed = true;
    isSubscribed = false;
    for (const client of [publisher, subscriber]) {
      for (const event of ['ready', 'close', 'messageBuffer', 'pmessageBuffer'])
        client.removeAllListeners(event);
      client.disconnect();
    }
  };

  publisher.on('ready', announce);
  for (const client of [publisher, subscriber]) {
    client.on('error', (error: Error) => {
      reason = reasonOf(error);
    });
    client.on('close', () => {
      isSubscribed = false;
      onLost(reason);
    });
  }
  subscriber.on('ready', () => {
    Promise.all([subscriber.psubscribe(...patterns), subscriber.subscribe(...channels)]).then(
      () => {
        isSubscribed = true;
        announce();
      },
      (error: Error) => {
        // Otherwise cut off meanwhile: the next connection subscribes again.
        if (isRefusal(error)) refuse(error);
      },
    );
  });
  subscriber.on('messageBuffer', options.onMessage);
  subscriber.on('pmessageBuffer', options.onPatternMessage);
  open(publisher);
  open(subscriber);

  return {
    publisher,
    isReady,
    refuse,
    close,
  };
}
