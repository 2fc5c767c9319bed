import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { SignedIn, TestApp } from '../../../rig/app.ts';
import { ask } from '../../../rig/clients/ask.ts';
import { until } from '../../../rig/wait.ts';
import { startCluster, type TestCluster } from '../../support/cluster.ts';
import { settled } from '../../support/settled.ts';

let cluster: TestCluster;
let one: TestApp;
let two: TestApp;
let three: TestApp;
beforeAll(async () => {
  cluster = await startCluster({
    replicas: 3,
    app: {
      env: {
        RATE_LIMITS: 'time:sync=2/600,connect=12/600,http:login:user=6/900,http:orders=9/600',
        MAX_CONNECTIONS_PER_USER: '12',
      },
    },
  });
  [one, two, three] = cluster.apps as [TestApp, TestApp, TestApp];
  await settled(cluster);
});
afterAll(() => cluster.close());

const guess = (app: TestApp, username: string) =>
  app.request('POST', '/api/auth/login', { body: { username, password: 'a wrong guess' } });
/** Statuses of this many guesses at one replica. */
async function guesses(app: TestApp, username: string, count: number): Promise<number[]> {
  const statuses: number[] = [];
  for (let at = 0; at < count; at++) {
    statuses.push((await guess(app, username)).status);
  }
  return statuses;
}
/** Every replica has a quote, so that no order waits for one. */
async function quotedEverywhere(): Promise<void> {
  const session = await one.signUp();
  for (const app of [one, two, three])
    await until(async () => {
      cluster.tick('AAPL', 187.5);
      return (await order(app, session)) === 201;
    }, 'a quote is known');
}

let orders = 0;
/** Status of an order that rests; no two are alike, so that none is refused as a duplicate. */
async function order(app: TestApp, { cookie }: SignedIn): Promise<number> {
  const quantity = ++orders;
  const { status } = await app.request('POST', '/api/orders', {
    cookie,
    headers: { 'Idempotency-Key': `order-${quantity}` },
    body: { symbol: 'AAPL', side: 'buy', type: 'limit', quantity, limitPrice: 100 },
  });
  return status;
}

describe('a limit per user', () => {
  test('is five times that of one connection, over all connections and replicas', async () => {
    const session = await one.signUp();
    const spread = [one, two, three, one, two];
    const sockets = await Promise.all(spread.map((app) => app.connect(session)));
    for (const socket of sockets) {
      for (const t0 of [1, 2]) expect(await ask(socket, 'time:sync', { t0 })).toMatchObject({ ok: true });
      expect(await ask(socket, 'time:sync', { t0: 3 })).toMatchObject({ ok: false, code: 'RATE_LIMITED' });
    }
    // A new connection has two of its own, but its user has had ten.
    for (const app of [one, two, three]) {
      const socket = await app.connect(session);
      expect(await ask(socket, 'time:sync', { t0: 4 })).toMatchObject({
        ok: false,
        code: 'RATE_LIMITED',
        retryAfterMs: expect.any(Number),
      });
    }
    const other = await three.connect(await one.signUp());
    expect(await ask(other, 'time:sync', { t0: 5 })).toMatchObject({ ok: true });
  });
});

describe('a limit that no connection has', () => {
  test('counts handshakes on all replicas together', async () => {
    const session = await one.signUp();
    for (let at = 0; at < 12; at++) (await cluster.apps[at % 3]!.connect(session)).disconnect();
    await expect(two.connect(session)).rejects.toMatchObject({
      data: { code: 'RATE_LIMITED', retryable: true },
    });
  });

  test('counts guesses of a password on all replicas together', async () => {
    const { user } = await one.signUp();
    for (const app of [one, two, three]) expect(await guesses(app, user.username, 2)).toEqual([401, 401]);
    for (const app of [one, two, three])
      expect(await guess(app, user.username)).toMatchObject({ status: 429 });
  });
});

describe.each([
  ['killed', () => cluster.redis.kill(), () => cluster.redis.restart()],
  ['hung', async () => cluster.redis.hang(), async () => cluster.redis.wake()],
])('while Redis is %s', (_how, breakIt, mend) => {
  test('each replica allows its third without waiting; when it is back, the limit is one again', async () => {
    const session = await one.signUp();
    const { username } = session.user;
    await quotedEverywhere();
    expect(await guesses(one, username, 1)).toEqual([401]);

    await breakIt();
    // Redis is away until `mend`: what is answered before did not wait for it.
    for (const app of [one, two, three]) {
      expect(await guesses(app, username, 3)).toEqual([401, 401, 429]);
      (await app.connect(session)).disconnect();
      for (const _share of [1, 2, 3]) {
        // A replica that is cut off may find the quote too old: that is for the risk check to say, not the limit.
        expect([201, 422]).toContain(await order(app, session));
      }
      expect(await order(app, session)).toBe(429);
    }
    await mend();

    for (const app of [one, two, three])
      await until(async () => (await order(app, session)) !== 429, 'its share is no longer what counts');
    const { user: later } = await two.signUp();
    for (const app of [one, two, three]) expect(await guesses(app, later.username, 2)).toEqual([401, 401]);
    for (const app of [one, two, three])
      expect(await guess(app, later.username)).toMatchObject({ status: 429 });
  });
});
