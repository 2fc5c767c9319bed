import { createAdapter } from '@socket.io/redis-adapter';
import type { Redis } from 'ioredis';
import type { RedisAddress } from '../../lib/addresses/redis-address.ts';
import { systemClock } from '../../lib/clock.ts';
import { createRedisClients } from './clients.ts';
import { whereOf } from './place.ts';
import { isRefusal, lacksRight, reasonOf, sentenceOf } from './refusals.ts';
import { aclLine, busSteps, countingSteps, TRIAL } from './rights.ts';
import { speechProblem } from './speech.ts';

/** Enough to see a line that is slow at times. */
const ROUND_TRIPS = 20;
/** The service gives up a command after half of it. */
const PATIENCE_MS = 1_000;

/**
 * Tries everything that the service does on the Redis at `url` and reports it line by line. Resolves with whether all
 * works. Clients of running replicas get nothing of it.
 */
export async function verifyRedis(
  url: string,
  prefix: string,
  report: (line: string) => void,
): Promise<boolean> {
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  const clients = createRedisClients({ url, log: silent });
  const { address } = clients;
  const [publisher, subscriber] = [clients.newPublisher(), clients.newPublisher()];
  report(`Redis at ${whereOf(address)}, prefix ${prefix}, ${address.tls === null ? 'without TLS' : 'TLS'}`);
  try {
    const problem = await connectionProblem(publisher, subscriber, address);
    if (problem !== null) {
      report(`FAILED  ${problem}`);
      return false;
    }
    report('ok      connection');
    const failures = await failedSteps(publisher, subscriber, prefix, address, report);
    if (failures.some(lacksRight)) report(advice(address.user, prefix));
    if (failures.length > 0) return false;
    const times = await roundTrips(publisher, subscriber, prefix);
    report(`ok      round trip over the adapter: median ${middleOf(times)} ms, slowest ${times.at(-1)} ms`);
    return true;
  } catch (error) {
    report(`FAILED  round trip over the adapter: ${reasonOf(error as Error)}.`);
    return false;
  } finally {
    publisher.disconnect();
    subscriber.disconnect();
  }
}

async function connectionProblem(
  publisher: Redis,
  subscriber: Redis,
  address: RedisAddress,
): Promise<string | null> {
  let reason: Error | null = null;
  for (const client of [publisher, subscriber])
    client.on('error', (error: Error) => {
      reason ??= error;
    });
  try {
    await Promise.all([publisher.connect(), subscriber.connect()]);
    if (address.database !== 0) await publisher.select(address.database);
    return null;
  } catch (error) {
    const why = reason ?? (error as Error);
    const sentence = sentenceOf(why, address, null) ?? (await speechProblem(address));
    return sentence ?? `No connection: ${reasonOf(why)}.`;
  }
}

/** The first one without an answer is the last one tried: all others would say the same. */
async function failedSteps(
  publisher: Redis,
  subscriber: Redis,
  prefix: string,
  address: RedisAddress,
  report: (line: string) => void,
): Promise<Error[]> {
  const failures: Error[] = [];
  for (const step of [...countingSteps(publisher, prefix), ...busSteps(publisher, subscriber, prefix)]) {
    try {
      await step.run();
      report(`ok      ${step.what}`);
    } catch (thrown) {
      const error = thrown as Error;
      failures.push(error);
      const isAnswer = isRefusal(error);
      const sentence = isAnswer ? sentenceOf(error, address, step) : await speechProblem(address);
      report(`FAILED  ${sentence ?? `${step.what}: ${reasonOf(error)}.`}`);
      if (!isAnswer) break;
    }
  }
  return failures;
}

/** The user `default` belongs to everybody: what the line takes from it others would miss. */
const advice = (user: string | null, prefix: string): string =>
  user === null || user === 'default'
    ? `A user of its own for the service, for REDIS_URL: ${aclLine('tradecast', prefix)}`
    : `All rights of the service at once, and no other: ${aclLine(user, prefix)}`;

/** What the adapter needs of a server that has no clients. */
const NAMESPACE = { name: '/', sockets: new Map(), server: { encoder: { encode: () => [] } } };
/** Socket.IO's packet type of an event. */
const EVENT = 2;

/** Milliseconds of each, sorted: an emit of Socket.IO's adapter into a room of nobody, until our subscription has it. */
async function roundTrips(publisher: Redis, subscriber: Redis, prefix: string): Promise<number[]> {
  const adapter = createAdapter(publisher, subscriber, { key: prefix })(NAMESPACE);
  const times: number[] = [];
  for (let trip = 0; trip < ROUND_TRIPS; trip++) {
    const begun = performance.now();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const cancel = systemClock.after(PATIENCE_MS, () => reject(new Error('nothing came back')));
    const listen = (_pattern: string, channel: Buffer | string): void => {
      if (String(channel).endsWith(`#${TRIAL}#`)) resolve();
    };
    subscriber.on('pmessageBuffer', listen);
    adapter.broadcast(
      { type: EVENT, data: ['verify', trip] },
      { rooms: new Set([TRIAL]), except: new Set() },
    );
    await promise.finally(() => {
      cancel();
      subscriber.off('pmessageBuffer', listen);
    });
    times.push(Math.round((performance.now() - begun) * 10) / 10);
  }
  return times.sort((one, other) => one - other);
}

const middleOf = (sorted: readonly number[]): number => sorted[Math.floor(sorted.length / 2)]!;
