import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { type RedisServer, startRedisServer } from '../../../local/redis-server.ts';
import type { SignedIn, TestApp } from '../../../rig/app.ts';
import type { ClientSocket } from '../../../rig/clients/ask.ts';
import { startTcpProxy } from '../../../rig/stand-ins/tcp-proxy.ts';
import { until } from '../../../rig/wait.ts';
import { PLACES_OF_ONE } from '../../../src/adapters/redis/connection-scripts.ts';
import { startCluster, type TestCluster } from '../../support/cluster.ts';
import { type CountingOptions, type CountingReplica, countingReplicas } from '../../support/redis-parts.ts';
import { settled } from '../../support/settled.ts';

interface Refusal extends Error {
  data?: { code: string; retryable: boolean };
}
const sockets = new WeakMap<SignedIn, ClientSocket[]>();
/** `in`, or the code of the refusal. */
const attempt = (app: TestApp, session: SignedIn): Promise<string> =>
  new Promise((resolve) => {
    const socket = app.open({ auth: { sessionID: session.sessionID } });
    socket.once('connect', () => {
      sockets.set(session, [...(sockets.get(session) ?? []), socket]);
      resolve('in');
    });
    socket.once('connect_error', (error: Refusal) => resolve(error.data?.code ?? error.message));
  });
const leave = (session: SignedIn): void => {
  for (const socket of sockets.get(session) ?? []) socket.disconnect();
};

describe('the five places of a user, with three replicas', () => {
  let cluster: TestCluster;
  let redis: Redis;
  beforeAll(async () => {
    cluster = await startCluster({ replicas: 3 });
    redis = new Redis(cluster.redis.url);
    redis.on('error', () => {});
    await settled(cluster);
    await untilShared();
  });
  afterAll(async () => {
    redis.disconnect();
    await cluster.close();
  });

  const places = (session: SignedIn): Promise<number> => redis.zcard(`tradecast:place:of:${session.user.id}`);
  /** Every replica has its place of this user in Redis: so each of them counts there. */
  async function untilShared(): Promise<void> {
    const session = await cluster.apps[0]!.signUp();
    for (const app of cluster.apps) expect(await attempt(app, session)).toBe('in');
    await until(async () => (await places(session)) === 3, 'all three replicas count in Redis');
    leave(session);
    await until(async () => (await places(session)) === 0, 'the places are given back');
  }

  test('are occupied on any replica: each refuses the sixth, and a place given back is free on another', async () => {
    const [one, two, three] = cluster.apps as [TestApp, TestApp, TestApp];
    const session = await one.signUp();
    const first = await one.connect(session);
    for (const app of [one, two, two, three]) await app.connect(session);
    for (const app of cluster.apps) expect(await attempt(app, session)).toBe('TOO_MANY_CONNECTIONS');
    first.disconnect();
    await until(async () => (await places(session)) === 4, 'the place is free');
    expect(await attempt(three, session)).toBe('in');
    expect(await attempt(one, session)).toBe('TOO_MANY_CONNECTIONS');
  });

  test('are exactly five when twenty come at once', async () => {
    const session = await cluster.apps[0]!.signUp();
    const attempts = Array.from({ length: 20 }, (_, at) => attempt(cluster.apps[at % 3]!, session));
    const answers = await Promise.all(attempts);
    expect(answers.filter((answer) => answer === 'in')).toHaveLength(5);
    expect(answers.filter((answer) => answer === 'TOO_MANY_CONNECTIONS')).toHaveLength(15);
  });

  test.each([
    ['killed', () => cluster.redis.kill(), () => cluster.redis.restart()],
    ['hung', async () => cluster.redis.hang(), async () => cluster.redis.wake()],
  ])(
    'are one on each replica while Redis is %s, and five of all again when it is back',
    async (_how, breakIt, mend) => {
      const [before, during] = [await cluster.apps[0]!.signUp(), await cluster.apps[0]!.signUp()];
      for (const at of [0, 0, 1, 1, 2]) await cluster.apps[at]!.connect(before);

      await breakIt();
      for (const app of cluster.apps) {
        // Redis is still away: an answer here did not wait for it.
        expect(await attempt(app, during)).toBe('in');
        expect(await attempt(app, during)).toBe('TOO_MANY_CONNECTIONS');
        expect(await attempt(app, before)).toBe('TOO_MANY_CONNECTIONS');
      }
      await mend();

      await until(async () => (await places(during)) === 3, 'what was opened meanwhile is counted');
      await until(async () => (await places(before)) === 5, 'what was open all the time is counted');
      await untilShared();
      expect(await attempt(cluster.apps[2]!, before)).toBe('TOO_MANY_CONNECTIONS');
      expect(await attempt(cluster.apps[0]!, during)).toBe('in');
      expect(await attempt(cluster.apps[0]!, during)).toBe('in');
      expect(await attempt(cluster.apps[1]!, during)).toBe('TOO_MANY_CONNECTIONS');
    },
  );
});

describe('the leases of the places', () => {
  let redis: RedisServer;
  const running: CountingReplica[] = [];
  beforeAll(async () => {
    redis = await startRedisServer();
  });
  afterEach(() => {
    for (const replica of running.splice(0)) replica.die();
  });
  afterAll(() => redis.stop());
  const replicas = async (
    count: number,
    options?: Partial<CountingOptions>,
  ): Promise<[CountingReplica, CountingReplica]> => {
    running.push(...(await countingReplicas(count, { redis, ...options })));
    return running as never;
  };

  test('of a replica that died end; those of a replica that lives are renewed', async () => {
    const [dead, alive] = await replicas(2, { leaseMs: 900 });
    for (const id of ['d1', 'd2']) expect(await dead.connections.acquire('ann', id)).toBe(true);
    for (const id of ['a1', 'a2', 'a3']) expect(await alive.connections.acquire('ann', id)).toBe(true);
    expect(await dead.connections.acquire('bob', 'd3')).toBe(true);
    dead.die();
    expect(await alive.connections.acquire('ann', 'a4')).toBe(false);
    await until(() => alive.connections.uniqueUsers() === 1, 'the dead replica is no longer counted');
    expect(await alive.connections.acquire('ann', 'a4')).toBe(true);
    expect(await alive.connections.acquire('ann', 'a5')).toBe(true);
    expect(await alive.connections.acquire('ann', 'a6')).toBe(false);
  });

  test('of a replica that died leave nothing in Redis, in however many steps it takes', async () => {
    const prefix = 'of-the-dead';
    const [dead, alive] = await replicas(2, { prefix, leaseMs: 900 });
    expect(await alive.connections.acquire('ann', 'a1')).toBe(true);
    const places = Array.from({ length: 3 * PLACES_OF_ONE }, (_, at) => [`user-${at}`, `d${at}`] as const);
    await Promise.all(places.map((place) => dead.connections.acquire(...place)));
    await dead.connections.acquire('ann', 'd');
    await until(() => alive.connections.uniqueUsers() === places.length + 1, 'all are counted');
    dead.die();
    await until(() => alive.connections.uniqueUsers() === 1, 'the dead replica is no longer counted');
    const client = new Redis(redis.url);
    const kept = ['of:ann', 'replicas', 'users'].map((key) => `${prefix}:place:${key}`);
    await until(async () => {
      const keys = await client.keys(`${prefix}:place:*`);
      return keys.length === kept.length + 1 && kept.every((key) => keys.includes(key));
    }, 'what is left is of the other replica');
    expect(await client.zcard(`${prefix}:place:of:ann`)).toBe(1);
    client.disconnect();
  });

  test('pass from a connection to the one that replaces it, on whatever replica', async () => {
    const [one, other] = await replicas(2, { maxPerUser: 2 });
    for (const id of ['1', '2']) expect(await one.connections.acquire('ann', id)).toBe(true);
    expect(await other.connections.acquire('ann', '3', 'unknown')).toBe(false);
    expect(await other.connections.acquire('ann', '3', '1')).toBe(true);
    one.connections.release('ann', '1');
    expect(await one.connections.acquire('ann', '4')).toBe(false);
  });

  test('say how many users are connected anywhere, once each', async () => {
    const [one, other] = await replicas(2);
    await one.connections.acquire('ann', '1');
    await other.connections.acquire('ann', '2');
    await other.connections.acquire('bob', '3');
    await until(() => one.connections.uniqueUsers() === 2, 'both are counted');
    one.connections.release('ann', '1');
    other.connections.release('bob', '3');
    await until(() => one.connections.uniqueUsers() === 1, 'ann is still there');
  });

  test('are given back by a replica that stops', async () => {
    const [one, other] = await replicas(2, { maxPerUser: 1 });
    await one.connections.acquire('ann', '1');
    expect(await other.connections.acquire('ann', '2')).toBe(false);
    await one.connections.stop();
    expect(await other.connections.acquire('ann', '2')).toBe(true);
  });

  test('are given back late by connections that ended while Redis hung', async () => {
    const [one, other] = await replicas(2, { maxPerUser: 2 });
    await one.connections.acquire('ann', '1');
    await one.connections.acquire('ann', '2');
    redis.hang();
    one.connections.release('ann', '1');
    await until(() => !one.breaker.isClosed(), 'the outage is noticed');
    expect(one.connections.uniqueUsers()).toBeNull();
    one.connections.release('ann', '2');
    redis.wake();
    await until(() => one.breaker.isClosed() && other.breaker.isClosed(), 'Redis is asked again');
    await until(async () => other.connections.acquire('ann', '3'), 'the places are free');
    expect(await other.connections.acquire('ann', '4')).toBe(true);
    expect(await one.connections.acquire('ann', '5')).toBe(false);
  });

  test('never refuse a connection for good because of its own lost answer', async () => {
    const [one, other] = await replicas(2, { maxPerUser: 2, replicas: 2 });
    await one.connections.acquire('ann', '1');
    redis.hang();
    // Redis reads the question when it wakes; meanwhile this replica's share, which is one, is occupied.
    expect(await one.connections.acquire('ann', '2')).toBe(false);
    redis.wake();
    await until(async () => other.connections.acquire('ann', '3'), 'the place is free');
    expect(await one.connections.acquire('ann', '4')).toBe(false);
  });

  test('are counted over Redis again soon after its line went silent, on a new one', async () => {
    const line = await startTcpProxy(redis.port);
    const [cutOff] = await replicas(1, { redis: { url: `redis://127.0.0.1:${line.port}` }, replicas: 3 });
    await cutOff.connections.acquire('ann', '1');
    line.silence();
    // Its share, which is one, is occupied.
    expect(await cutOff.connections.acquire('ann', '2')).toBe(false);
    await until(() => cutOff.breaker.isClosed(), 'Redis is asked again');
    expect(await cutOff.connections.acquire('ann', '3')).toBe(true);
    await line.close();
  });

  test('of 5,000 connections are registered again when Redis is back', async () => {
    const [one, other] = await replicas(2, { maxPerUser: 5 });
    for (let user = 0; user < 1_000; user++)
      await Promise.all(
        [1, 2, 3, 4, 5].map((id) => one.connections.acquire(`user-${user}`, `${user}-${id}`)),
      );
    await redis.kill();
    await until(() => !one.breaker.isClosed() && !other.breaker.isClosed(), 'the outage is noticed');
    await redis.restart();
    await until(() => one.breaker.isClosed() && other.breaker.isClosed(), 'Redis is asked again');
    await until(() => other.connections.uniqueUsers() === 1_000, 'all are registered again');
    expect(await other.connections.acquire('user-999', 'sixth')).toBe(false);
  });
});
