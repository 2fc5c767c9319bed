import type { Redis } from 'ioredis';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import type { RedisAddress } from '../../lib/addresses/redis-address.ts';
import type { Clock } from '../../lib/clock.ts';
import { StartupError } from '../../lib/startup-error.ts';
import { within } from '../../lib/within.ts';
import type { RedisClients } from './clients.ts';
import { trialOfScripts } from './connection-scripts.ts';
import { TRIAL_MESSAGE } from './guard.ts';
import { isRefusal, type Right, sentenceOf } from './refusals.ts';
import { speechProblem } from './speech.ts';

/** Commands of the counters, the last ones from within scripts. */
const COUNTING = '+ping +get +set +eval +evalsha +time +incrby +pttl +zadd +zcard +zrem +zrevrange';

/** Named apart from what is real; every key of it expires at once. */
export const TRIAL = 'trial';

/** One thing that the service does on Redis, tried for real. */
export interface Step extends Right {
  run(): Promise<unknown>;
}

/** The channels of Socket.IO's adapter for the one namespace, and what may be published there. */
const channelsOf = (prefix: string) => ({
  pattern: `${prefix}#/#*`,
  subscribed: [`${prefix}-request#/#`, `${prefix}-response#/#`, `${prefix}-response#/#${TRIAL}#`],
  published: [`${prefix}#/#`, `${prefix}#/#${TRIAL}#`, `${prefix}-request#/#`],
});

/** Everything that the counters, the limits and the history do on Redis, without a trace. */
export function countingSteps(redis: Redis, prefix: string): Step[] {
  const tryScripts = trialOfScripts(redis, prefix, TRIAL);
  const windows = new RateLimiterRedis({
    storeClient: redis,
    rejectIfRedisNotReady: true,
    keyPrefix: `${prefix}:limit:${TRIAL}`,
    points: Number.MAX_SAFE_INTEGER,
    duration: 1,
  });
  const grant = `~${prefix}:* ${COUNTING}`;
  return [
    { what: 'PING', grant: '+ping', run: () => redis.ping() },
    { what: `GET ${prefix}:monitor`, grant, run: () => redis.get(`${prefix}:monitor`) },
    // Takes effect only where nothing is, and for a millisecond.
    { what: `SET ${prefix}:monitor`, grant, run: () => redis.set(`${prefix}:monitor`, '', 'PX', 1, 'NX') },
    {
      what: `scripts on ${prefix}:place:*`,
      grant,
      run: () => twice(tryScripts),
    },
    { what: `scripts on ${prefix}:limit:*`, grant, run: () => tryLimit(windows) },
  ];
}

/** A point, taken and given back: the second call of a script is by its hash, as nearly all are. */
const tryLimit = async (windows: RateLimiterRedis): Promise<unknown> => {
  await windows.consume(TRIAL);
  return windows.reward(TRIAL);
};

/** ioredis sends a script as EVAL the first time, and as EVALSHA, another right, from then on. */
async function twice(run: () => Promise<unknown>): Promise<void> {
  await run();
  await run();
}

/** Everything that messages between replicas need. Every replica ignores what is published. */
export function busSteps(publisher: Redis, subscriber: Redis, prefix: string): Step[] {
  const { pattern, subscribed, published } = channelsOf(prefix);
  return [
    {
      what: `PSUBSCRIBE ${pattern}`,
      // A pattern is compared letter by letter with those of the ACL, so a wider one does not do.
      grant: `+psubscribe '&${pattern}'`,
      run: () => subscriber.psubscribe(pattern),
    },
    ...subscribed.map((channel) => ({
      what: `SUBSCRIBE ${channel}`,
      grant: `+subscribe '&${prefix}-request#/#*' '&${prefix}-response#/#*'`,
      run: () => subscriber.subscribe(channel),
    })),
    ...published.map((channel) => ({
      what: `PUBLISH ${channel}`,
      grant: `+publish '&${pattern}' '&${prefix}-request#/#*'`,
      run: () => publisher.publish(channel, TRIAL_MESSAGE),
    })),
  ];
}

/** The one line that gives a user of an ACL all of it, and nothing else. */
export const aclLine = (user: string, prefix: string): string =>
  `ACL SETUSER ${user} on '>password' resetkeys resetchannels -@all ~${prefix}:* '&${prefix}#/#*' '&${prefix}-request#/#*' '&${prefix}-response#/#*' ${COUNTING} +select +publish +subscribe +psubscribe +unsubscribe +punsubscribe`;

/** A Redis that is there has answered by then; a start does not wait for one that hangs. */
const TRIAL_MS = 3_000;

/** All that the counters do on Redis, for as long as nothing is refused. */
export const countingTrial = (redis: Redis, prefix: string): (() => Promise<void>) => {
  const steps = countingSteps(redis, prefix);
  return async () => {
    for (const { run } of steps) await run();
  };
};

/**
 * Tries at the start all that the service will do on Redis. Throws StartupError with the sentence of what a person must
 * put right. A Redis that is away passes: it is found later, and its state is in the health.
 */
export async function checkRights(clients: RedisClients, prefix: string, clock: Clock): Promise<void> {
  let sentence: string | null = null;
  const [publisher, subscriber] = [clients.newPublisher(), clients.newPublisher()];
  const { address } = clients;
  const note = (problem: string | null): void => {
    sentence ??= problem;
  };
  // Why a connection could not be made is an event; the promise only says that it is closed.
  for (const client of [publisher, subscriber])
    client.on('error', (error: Error) => note(sentenceOf(error, address, null)));
  await within(TRIAL_MS, tryAll(address, publisher, subscriber, prefix, note), clock);
  publisher.disconnect();
  subscriber.disconnect();
  if (sentence !== null) throw new StartupError(sentence);
}

async function tryAll(
  address: RedisAddress,
  publisher: Redis,
  subscriber: Redis,
  prefix: string,
  note: (problem: string | null) => void,
): Promise<void> {
  let step: Step | null = null;
  try {
    await Promise.all([publisher.connect(), subscriber.connect()]);
    // A client that may not choose its database goes on with another one.
    if (address.database !== 0) await publisher.select(address.database);
    for (step of [...countingSteps(publisher, prefix), ...busSteps(publisher, subscriber, prefix)])
      await step.run();
  } catch (error) {
    note(sentenceOf(error as Error, address, step));
    if (!isRefusal(error)) note(await speechProblem(address));
  }
}
