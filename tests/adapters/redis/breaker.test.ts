import { EventEmitter } from 'node:events';
import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Redis } from 'ioredis';
import { silentLog } from '../../../rig/log.ts';
import { type Breaker, createBreaker, REFUSED_MS } from '../../../src/adapters/redis/breaker.ts';
import { createRedisClients } from '../../../src/adapters/redis/clients.ts';
import { MAX_MISSES, PROBE_MS } from '../../../src/adapters/redis/probe.ts';
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts';

/** A Redis that is back is found again in this time. */
const FOUND_MS = 1_000;

/** A connection to Redis whose answers the test gives. */
function createRedis() {
  const pings: PromiseWithResolvers<string>[] = [];
  const connection = Object.assign(new EventEmitter(), {
    status: 'ready',
    disconnect: jest.fn(),
    ping() {
      const ping = Promise.withResolvers<string>();
      pings.push(ping);
      return ping.promise;
    },
  });
  return { connection, pings };
}

let clock: ManualClock;
let redis: ReturnType<typeof createRedis>;
let breaker: Breaker;
let linkState: 'ok' | 'down';
let reportLink: (state: 'ok' | 'down') => void;
const closings = jest.fn();

beforeEach(async () => {
  jest.clearAllMocks();
  clock = createManualClock('2026-01-05T15:00:00Z');
  redis = createRedis();
  linkState = 'ok';
  breaker = createBreaker({
    redis: redis.connection as unknown as Redis,
    link: {
      state: () => linkState,
      onChange(listener) {
        reportLink = (state) => {
          linkState = state;
          listener(state);
        };
        return () => {};
      },
    },
    clock,
    log: silentLog,
  });
  breaker.onClose(closings);
  breaker.start();
  clock.advance(PROBE_MS);
  await answerPing();
  expect(breaker.isClosed()).toBe(true);
  closings.mockClear();
});

const endOfTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
async function answerPing(): Promise<void> {
  redis.pings.at(-1)!.resolve('PONG');
  await endOfTurn();
}
/** One command without an answer. */
async function lose(): Promise<void> {
  expect(await breaker.ask(() => Promise.reject(new Error('Command timed out')))).toBeNull();
  expect(breaker.isClosed()).toBe(false);
}

describe('a Redis that was lost', () => {
  test('is asked when a probe is due, and found by its answer within a second', async () => {
    await lose();
    const asked = redis.pings.length;
    clock.advance(PROBE_MS - 1);
    expect(redis.pings).toHaveLength(asked);
    clock.advance(1);
    expect(redis.pings).toHaveLength(asked + 1);
    expect(PROBE_MS).toBeLessThan(FOUND_MS);
    await answerPing();
    expect([breaker.isClosed(), closings.mock.calls.length]).toEqual([true, 1]);
    clock.advance(60_000);
    expect([redis.pings.length, clock.pending()]).toEqual([asked + 1, 0]);
  });

  test('is asked at once by a new connection, and when the bus reaches it again', async () => {
    redis.connection.status = 'close';
    redis.connection.emit('close');
    expect(breaker.isClosed()).toBe(false);
    const asked = redis.pings.length;
    redis.connection.status = 'ready';
    redis.connection.emit('ready');
    expect(redis.pings).toHaveLength(asked + 1);
    await answerPing();
    expect(breaker.isClosed()).toBe(true);

    reportLink('down');
    expect(breaker.isClosed()).toBe(false);
    reportLink('ok');
    expect(redis.pings).toHaveLength(asked + 2);
    await answerPing();
    expect(breaker.isClosed()).toBe(true);
  });

  test('costs no further command until it answers', async () => {
    await lose();
    const command = jest.fn(async () => 1);
    expect(await breaker.ask(command)).toBeNull();
    expect(command).not.toHaveBeenCalled();
  });

  test('gets a new connection when the present one answered none of its probes', async () => {
    await lose();
    clock.advance(MAX_MISSES * PROBE_MS);
    expect(redis.connection.disconnect).not.toHaveBeenCalled();
    clock.advance(PROBE_MS);
    expect(redis.connection.disconnect.mock.calls).toEqual([[true]]);
  });

  test('is asked no more after the stop', async () => {
    await lose();
    const asked = redis.pings.length;
    breaker.stop();
    clock.advance(60_000);
    expect([redis.pings.length, clock.pending()]).toEqual([asked, 0]);
  });
});

describe('a Redis that refuses a command', () => {
  const refusal = (message: string): Error => Object.assign(new Error(message), { name: 'ReplyError' });
  async function refuse(): Promise<void> {
    expect(await breaker.ask(() => Promise.reject(refusal('OOM command not allowed.')))).toBeNull();
  }

  test('counts as away with its reason, until a trial has succeeded and the refusal is three seconds old', async () => {
    await refuse();
    expect([breaker.isClosed(), breaker.problem()]).toEqual([false, 'OOM command not allowed']);
    clock.advance(PROBE_MS);
    await answerPing();
    expect(breaker.isClosed()).toBe(false);
    clock.advance(REFUSED_MS);
    await answerPing();
    expect([breaker.isClosed(), breaker.problem()]).toEqual([true, null]);
  });

  test('stays away while the trial is refused, with the reason of the last one, on the same connection', async () => {
    await refuse();
    for (let asked = 0; asked < 3 * MAX_MISSES; asked++) {
      clock.advance(PROBE_MS);
      redis.pings.at(-1)!.reject(refusal('READONLY You can not write against a read only replica.'));
      await endOfTurn();
    }
    expect(breaker.problem()).toBe('READONLY You can not write against a read only replica');
    expect(redis.connection.disconnect).not.toHaveBeenCalled();
    clock.advance(REFUSED_MS);
    await answerPing();
    expect(breaker.problem()).toBeNull();
  });
});

test('no connection waits longer than a quarter of a second between two attempts', () => {
  const clients = createRedisClients({ url: 'redis://127.0.0.1:1', log: silentLog });
  const attempts = [1, 2, 5, 10, 100, 10_000];
  for (const { options } of [clients.commands, clients.newPublisher(), clients.newSubscriber()]) {
    const waits = attempts.map((attempt) => Number(options.retryStrategy!(attempt)));
    expect(Math.min(...waits)).toBeGreaterThan(0);
    expect(Math.max(...waits)).toBeLessThanOrEqual(FOUND_MS / 4);
  }
});
