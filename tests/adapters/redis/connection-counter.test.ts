import { beforeEach, describe, expect, test } from '@jest/globals';
import { until } from '../../../rig/wait.ts';
import type { Breaker } from '../../../src/adapters/redis/breaker.ts';
import type { RedisClients } from '../../../src/adapters/redis/clients.ts';
import {
  createRedisConnectionCounter,
  type RedisConnectionCounter,
} from '../../../src/adapters/redis/connection-counter.ts';
import { LEASE } from '../../../src/adapters/redis/connection-scripts.ts';
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts';

const USERS = 1_000;
const PER_USER = 5;
const RENEW_MS = 2_000;
/** Redis serves nothing else while a script runs. */
const MOST_PLACES_OF_ONE = 500;

let clock: ManualClock;
let connections: RedisConnectionCounter;
let closeBreaker: () => void;
/** What Redis answers to a renewal. */
let lease: number;
/** The arguments of each statement, by its name. */
let asked: [name: string, ...args: (string | number)[]][];
/** Statements that Redis works on at the same time, and the most of them so far. */
let underWay: number;
let mostUnderWay: number;

beforeEach(async () => {
  clock = createManualClock('2026-03-02T15:00:00.000Z');
  asked = [];
  lease = LEASE.renewed;
  underWay = 0;
  mostUnderWay = 0;
  const answers =
    (name: string, answer: () => number) =>
    async (...args: (string | number)[]): Promise<number> => {
      asked.push([name, ...args]);
      mostUnderWay = Math.max(mostUnderWay, ++underWay);
      await new Promise(setImmediate);
      underWay -= 1;
      return answer();
    };
  const commands = {
    defineCommand() {},
    occupyPlace: async () => 1,
    zcard: async () => USERS,
    renewPlaces: answers('renew', () => lease),
    registerPlaces: answers('register', () => 1),
    giveBackPlaces: answers('give back', () => 1),
    sweepPlaces: answers('sweep', () => 0),
  } as unknown as RedisClients['commands'];
  const breaker: Breaker = {
    isClosed: () => true,
    problem: () => null,
    ask: (command) => command(),
    onClose: (listener) => {
      closeBreaker = listener;
    },
    start() {},
    stop() {},
  };
  connections = createRedisConnectionCounter({
    ...{ clients: { commands }, breaker, clock },
    ...{ prefix: 'test', maxPerUser: PER_USER, replicas: () => 1, renewMs: RENEW_MS },
  });
  connections.start();
  for (const [user, id] of places()) await connections.acquire(user, id);
});

const places = (): [string, string][] =>
  Array.from({ length: USERS * PER_USER }, (_, index) => [`user-${index % USERS}`, `connection-${index}`]);
const ids = (): string[] => places().map(([, id]) => id);
/** The connections of each statement of this name. */
const connectionsOf = (name: string): string[][] =>
  asked
    .filter(([one]) => one === name)
    // Behind the keys the replica, then user and connection in turn.
    .map(([, keys, ...args]) =>
      args
        .slice(Number(keys) + 1)
        .filter((_, index) => index % 2 === 1)
        .map(String),
    );
/** By statements of a bounded size, one after the other. */
async function expectAllTold(name: string): Promise<void> {
  await until(() => connectionsOf(name).flat().length === ids().length, 'Redis knows all of them');
  expect(connectionsOf(name).flat().sort()).toEqual(ids().sort());
  expect(Math.max(...connectionsOf(name).map((batch) => batch.length))).toBeLessThanOrEqual(
    MOST_PLACES_OF_ONE,
  );
  expect(mostUnderWay).toBe(1);
}
const names = (): string[] => asked.map(([name]) => name);

describe('the lease of 5,000 connections', () => {
  test('is renewed by one statement, each time it is due', async () => {
    clock.advance(RENEW_MS - 1);
    expect(asked).toEqual([]);
    clock.advance(1);
    clock.advance(RENEW_MS);
    await until(() => underWay === 0, 'Redis has answered');
    expect(names()).toEqual(['renew', 'renew']);
  });

  test('is renewed the moment Redis can be asked again, and nothing else where it has not ended', async () => {
    closeBreaker();
    await until(() => underWay === 0, 'Redis has answered');
    expect(names()).toEqual(['renew']);
  });

  test('that has ended begins under another name, and all places are registered, one statement after the other', async () => {
    lease = LEASE.ended;
    closeBreaker();
    await expectAllTold('register');
    const [before, after] = asked.filter(([name]) => name === 'renew').map((one) => one[2]);
    expect(before).not.toBe(after);
  });

  test('of another replica that has ended is swept', async () => {
    lease = LEASE.othersEnded;
    closeBreaker();
    await until(() => names().includes('sweep'), 'it is swept');
    expect(names()).toEqual(['renew', 'sweep']);
  });
});

test('places of 5,000 connections that end at once are given back by statements of many, one after the other', async () => {
  for (const place of places()) connections.release(...place);
  await expectAllTold('give back');
  expect(connectionsOf('give back').length).toBeLessThan(100);
});
