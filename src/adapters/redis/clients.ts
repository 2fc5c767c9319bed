import { Redis, type RedisOptions } from 'ioredis';
import { type RedisAddress, readRedisAddress } from '../../lib/addresses/redis-address.ts';
import type { Log } from '../../lib/log.ts';
import { StartupError } from '../../lib/startup-error.ts';
import { AttentiveConnector } from './connector.ts';
import { placeOf } from './place.ts';

/** A command that takes longer is given up: a healthy Redis answers in a tenth of a millisecond. */
const COMMAND_TIMEOUT_MS = 500;
const CONNECT_TIMEOUT_MS = 1_000;
/** A hung Redis does not answer when we disconnect. */
const GOODBYE_TIMEOUT_MS = 1;
/** Redis is found again this soon after it is back. A refused attempt costs next to nothing. */
const MAX_RETRY_MS = 250;

/** The only maker of connections to Redis. None of them waits for long, or ends the process. */
export interface RedisClients {
  readonly address: RedisAddress;
  /** Counters and limits. */
  readonly commands: Redis;
  /** A connection that is not opened yet; its user closes it. */
  newPublisher(): Redis;
  newSubscriber(): Redis;
  connect(): void;
  close(): void;
}

export function createRedisClients({ url, log }: { url: string; log: Log }): RedisClients {
  const address = readRedisAddress(url);
  if ('problem' in address) throw new StartupError(`REDIS_URL ${address.problem}`);
  if (address.tls !== null && !address.tls.checksCertificate)
    log.warn(
      {},
      'the connection to Redis is encrypted, and its certificate is not verified; ssl_ca_certs= in REDIS_URL verifies it',
    );
  const shared: RedisOptions = {
    Connector: AttentiveConnector,
    // Version 2 asks for no right but AUTH, and every Redis speaks it.
    protocol: 2,
    disableClientInfo: true,
    // INFO is a right of its own; a Redis that is loading refuses the first command instead.
    enableReadyCheck: false,
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    disconnectTimeout: GOODBYE_TIMEOUT_MS,
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
  const make = (options: RedisOptions): Redis => {
    const client = new Redis({ ...placeOf(address), ...options });
    // Without a listener ioredis prints each failed attempt; the bus logs the outage once.
    client.on('error', (error: Error) => log.debug({ err: error }, 'a Redis connection failed'));
    return client;
  };
  const commands = make(failFast);
  return {
    address,
    commands,
    newPublisher: () => make(failFast),
    // Subscribing again is up to the bus, which does it on every connection in the same way.
    newSubscriber: () => make({ ...shared, maxRetriesPerRequest: null, autoResubscribe: false }),
    connect: () => open(commands),
    close: () => commands.disconnect(),
  };
}

/** A Redis that is away at the start is found later, like one that goes away. */
export function open(client: Redis): void {
  client.connect().catch(() => {});
}
