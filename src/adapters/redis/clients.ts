import { Redis, type RedisOptions } from 'ioredis';
import type { Log } from '../../lib/log.ts';

/** A command that takes longer is given up: Redis answers in a tenth of a millisecond or is in trouble, milliseconds. */
const COMMAND_TIMEOUT_MS = 500;
const CONNECT_TIMEOUT_MS = 1_000;
/** Redis is found again within this of its coming back, milliseconds. */
const MAX_RETRY_MS = 500;

/** The only connections to Redis. None of them ever makes anybody wait for long, or ends the process. */
export interface RedisClients {
  /** Counters and limits. */
  readonly commands: Redis;
  readonly publisher: Redis;
  readonly subscriber: Redis;
  connect(): void;
  close(): void;
}

export function createRedisClients({ url, log }: { url: string; log: Log }): RedisClients {
  const shared: RedisOptions = {
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    retryStrategy: (attempt) => Math.min(attempt * 50, MAX_RETRY_MS),
  };
  // What was not sent in an outage is lost, not sent afterwards as if it were new.
  const failFast: RedisOptions = {
    ...shared,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    commandTimeout: COMMAND_TIMEOUT_MS,
  };
  const commands = new Redis(url, failFast);
  const publisher = new Redis(url, failFast);
  const subscriber = new Redis(url, { ...shared, maxRetriesPerRequest: null });
  const all = [commands, publisher, subscriber];
  for (const client of all) {
    // Without a listener ioredis prints each failed attempt; the log hears of the outage once, from the bus.
    client.on('error', (error: Error) => log.debug({ err: error }, 'a Redis connection failed'));
  }
  return {
    commands,
    publisher,
    subscriber,
    connect() {
      // A Redis that is away at the start is found later, like one that goes away.
      for (const client of all) client.connect().catch(() => {});
    },
    close() {
      for (const client of all) client.disconnect();
    },
  };
}
