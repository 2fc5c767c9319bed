import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Breaker } from '../../../src/adapters/redis/breaker.ts';
import type { RedisClients } from '../../../src/adapters/redis/clients.ts';
import {
  createRedisConnectionCounter,
  type RedisConnectionCounter,
} from '../../../src/adapters/redis/connection-counter.ts';
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts';

const USERS = 1_000;
const PER_USER = 5;
const RENEW_MS = 2_000;
/** One round trip carries them all: a fraction of one statement for each connection. */
const FEW = 50;
/** Redis serves nothing else while a script runs. */
const MOST_PLACES_OF_ONE = 500;

let clock: ManualClock;
let connections: RedisConnectionCounter;
let closeBreaker: () => void;
/** The connections of each statement that renews; none of them is ever answered. */
let renewals: string[][];

beforeEach(async () => {
  clock = createManualClock('2026-03-02T15:00:00.000Z');
  renewals = [];
  const commands = {
    defineCommand() {},
    occupyPlace: async () => 1,
    liveUsers: async () => USERS,
    keepPlaces(keys: number, ...args: string[]) {
      // Behind the keys the lease, then user and connection in turn.
      const places = args.slice(keys + 1);
      renewals.push(places.filter((_, index) => index % 2 === 1));
      return new Promise(() => {});
    },
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
function expectAllRenewedInOneGo(): void {
  expect(renewals.length).toBeLessThanOrEqual(FEW);
  expect(Math.max(...renewals.map((batch) => batch.length))).toBeLessThanOrEqual(MOST_PLACES_OF_ONE);
  expect(renewals.flat().sort()).toEqual(
    places()
      .map(([, id]) => id)
      .sort(),
  );
}

describe('the leases of 5,000 connections are renewed by a few statements, none of which waits for another', () => {
  test('each time they are due, and not before', () => {
    clock.advance(RENEW_MS - 1);
    expect(renewals).toEqual([]);
    clock.advance(1);
    expectAllRenewedInOneGo();
  });

  test('the moment Redis can be asked again', () => {
    closeBreaker();
    expectAllRenewedInOneGo();
  });
});
