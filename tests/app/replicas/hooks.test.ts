import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Answer, SignedIn, TestApp } from '../../../rig/app.ts';
import { sendHook } from '../../../rig/clients/hooks.ts';
import { startTcpProxy, type TcpProxy } from '../../../rig/stand-ins/tcp-proxy.ts';
import { startCluster, type TestCluster } from '../../support/cluster.ts';

/** Hooks at two replicas: `stalling` reaches the database through a proxy that can stand still. */
let cluster: TestCluster;
let app: TestApp;
let stalling: TestApp;
let proxy: TcpProxy;
let ada: SignedIn;
let ids = 0;
const eventId = (): string => `command-${++ids}`;

beforeAll(async () => {
  cluster = await startCluster({ replicas: 1 });
  app = cluster.apps[0]!;
  const { port, pathname } = new URL(cluster.database.url);
  proxy = await startTcpProxy(Number(port));
  const url = `postgres://postgres@127.0.0.1:${proxy.port}${pathname}`;
  stalling = await cluster.join({ env: { DATABASE_URL: url } });
});
beforeEach(async () => {
  ada = await app.signUp();
});
afterAll(async () => {
  await cluster.close();
  await proxy.close();
});

const duplicateOf = ({ body }: Answer): unknown =>
  (body.data as { duplicate?: unknown } | undefined)?.duplicate;
const place = async (): Promise<unknown> => {
  const order = { symbol: 'AAPL', side: 'buy', type: 'limit', quantity: 1, limitPrice: 1 };
  const answer = await app.request('POST', '/api/orders', {
    cookie: ada.cookie,
    body: { clientOrderId: eventId(), ...order },
  });
  return answer.body.code;
};
const session = async () =>
  (await app.request('GET', '/api/auth/session', { cookie: ada.cookie })).body as {
    code?: string;
    data?: { user: object };
  };

const COMMANDS: [route: string, earlier: () => object, newer: () => object, isNewer: () => Promise<void>][] =
  [
    [
      'halt',
      () => ({ scope: 'user', userId: ada.user.id, halted: false, reason: 'test' }),
      () => ({ scope: 'user', userId: ada.user.id, halted: true, reason: 'test' }),
      async () => expect(await place()).toBe('TRADING_HALTED'),
    ],
    [
      'ban',
      () => ({ userId: ada.user.id, banned: false }),
      () => ({ userId: ada.user.id, banned: true }),
      async () => expect((await session()).code).toBe('UNAUTHENTICATED'),
    ],
    [
      'role',
      () => ({ userId: ada.user.id, role: 'admin' }),
      () => ({ userId: ada.user.id, role: 'member' }),
      async () => expect((await session()).data).toMatchObject({ user: { role: 'member' } }),
    ],
    [
      'tier',
      () => ({ userId: ada.user.id, tier: 'INSTITUTIONAL' }),
      () => ({ userId: ada.user.id, tier: 'STARTER' }),
      async () => expect((await session()).data).toMatchObject({ user: { tier: 'STARTER' } }),
    ],
  ];

test.each(COMMANDS)(
  'a %s that hangs in one replica and is retried at another does not undo a newer one when it wakes',
  async (route, earlier, newer, isNewer) => {
    const body = { eventId: eventId(), ...earlier() };
    proxy.stall();
    const hanging = stalling.hook(`/hooks/${route}`, body);
    const retried = await app.hook(`/hooks/${route}`, body);
    const last = await app.hook(`/hooks/${route}`, { eventId: eventId(), ...newer() });
    proxy.heal();
    expect([retried.status, duplicateOf(retried), last.status]).toEqual([202, false, 202]);
    expect(duplicateOf(await hanging)).not.toBe(false);
    await isNewer();
  },
);

test.each(COMMANDS)(
  'a %s that hangs in one replica and is not retried is refused when a newer one was carried out',
  async (route, earlier, newer, isNewer) => {
    const body = { eventId: eventId(), ...earlier() };
    proxy.stall();
    const hanging = sendHook(stalling.url, `/hooks/${route}`, body, Date.now() - 2_000);
    await app.hook(`/hooks/${route}`, { eventId: eventId(), ...newer() });
    proxy.heal();
    expect(await hanging).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
    await isNewer();
  },
);

test.each(COMMANDS)('a %s sent thirty times at once to two replicas is new once', async (route, earlier) => {
  const body = { eventId: eventId(), ...earlier() };
  const answers = await Promise.all(
    Array.from({ length: 30 }, (_, index) => (index % 2 ? app : stalling).hook(`/hooks/${route}`, body)),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([...Array(29).fill(200), 202]);
  expect(answers.filter((answer) => duplicateOf(answer) === false)).toHaveLength(1);
});

test('an order hook keeps its event id for itself, whatever keys its user has chosen at another replica', async () => {
  const order = { symbol: 'AAPL', side: 'buy', type: 'limit', quantity: 1, limitPrice: 1 };
  const id = eventId();
  const own = { clientOrderId: `hook:${id}`, ...order, quantity: 2 };
  const { body } = await app.request('POST', '/api/orders', { cookie: ada.cookie, body: own });
  const sent = { eventId: id, userId: ada.user.id, order };
  const answers = await Promise.all(
    Array.from({ length: 30 }, (_, index) => (index % 2 ? app : stalling).hook('/hooks/orders', sent)),
  );
  expect(new Set(answers.map((answer) => answer.body.code))).not.toContain('CONFLICT');
  expect(answers.filter((answer) => duplicateOf(answer) === false)).toHaveLength(1);
  const ids = answers.map((answer) => (answer.body.data as unknown as { orderId: string }).orderId);
  expect(new Set(ids).size).toBe(1);
  expect(JSON.stringify(body)).not.toContain(ids[0]);
});
