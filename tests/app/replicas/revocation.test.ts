import { createConnection } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createAdapter } from '@socket.io/redis-adapter';
import { Redis } from 'ioredis';
import { Server } from 'socket.io';
import type { SignedIn, TestApp } from '../../../rig/app.ts';
import { ask, type ClientSocket } from '../../../rig/clients/ask.ts';
import { disconnected, next } from '../../../rig/clients/stock-client.ts';
import { createTestClock } from '../../../rig/clock.ts';
import { STEP_MS } from '../../../rig/patience.ts';
import { until } from '../../../rig/wait.ts';
import { revokedTopic } from '../../../src/domain/accounts/topics.ts';
import type { OrderPlaceMessage } from '../../../src/protocol/orders.ts';
import { ROUTE_SHAPES } from '../../../src/protocol/routes.ts';
import { startCluster, type TestCluster } from '../../support/cluster.ts';
import { createLossyBus } from '../../support/lossy-bus.ts';

/** What ends a session happens on replica A; the sockets are on B, which hears none of it on the bus. */
const clock = createTestClock();
const bus = createLossyBus();
let cluster: TestCluster;
let a: TestApp;
let b: TestApp;
const patient = 'order:place=10000/60,order:cancel=10000/60,time:sync=10000/60,subscribe:watchlist=10000/60';
beforeAll(async () => {
  const env = { RATE_LIMITS: `${patient},http:register=1000/60,http:login:address=1000/60` };
  cluster = await startCluster({ replicas: 1, app: { clock, env } });
  a = cluster.apps[0]!;
  b = await cluster.join({ wrap: { bus: bus.wrap } });
});
afterAll(() => cluster.close());

const PASSWORD = 'correct horse battery';
/** No command of a revoked session is accepted later than this after the commit. */
const REFUSED_WITHIN_MS = 1_000;
let count = 0;

/** Another session of the same user. */
async function login(app: TestApp, { user }: SignedIn, password = PASSWORD): Promise<SignedIn> {
  const answer = await app.request('POST', '/api/auth/login', {
    body: { username: user.username, password },
  });
  expect(answer.status).toBe(200);
  const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  return { ...(answer.body.data as Omit<SignedIn, 'cookie'>), cookie };
}

const order = (symbol = 'AAPL'): OrderPlaceMessage => ({
  clientOrderId: `order-${++count}`,
  symbol,
  side: 'buy',
  type: 'limit',
  quantity: 1,
  limitPrice: 100 + count / 100,
});

interface Pressing {
  /** How many commands were sent so far. */
  readonly sent: () => number;
  /** What each was answered with, in the order sent; absent for the one that the end of the connection cut off. */
  readonly answers: readonly string[];
  readonly done: Promise<void>;
}

/** Sends one command after the other until the connection ends. */
function press(socket: ClientSocket): Pressing {
  let placed = '';
  // None of them is refused while the session lasts: refusals of a busy minute would count as a flood.
  const commands = [
    () => ask(socket, 'time:sync', { t0: 0 }),
    () => ask(socket, 'subscribe:watchlist', ['AAPL']),
    async () => {
      const answer = await ask(socket, 'order:place', order());
      if (answer.ok) placed = answer.order.id;
      return answer;
    },
    () => ask(socket, 'order:cancel', { orderId: placed }),
  ];
  const answers: string[] = [];
  let sent = 0;
  const run = async (): Promise<void> => {
    const deadline = Date.now() + STEP_MS;
    while (socket.connected) {
      if (Date.now() > deadline) throw new Error(`still served, the last answer is ${answers.at(-1)}`);
      const command = commands[sent % commands.length]!;
      sent += 1;
      const answer = await command().catch(() => null);
      if (answer) answers.push(answer.ok ? 'ok' : String(answer.code));
    }
  };
  return { sent: () => sent, answers, done: run() };
}

/** What revokes, sent to A; answered after its commit. */
const revocations: Record<string, (session: SignedIn) => Promise<{ status: number }>> = {
  logout: (session) => a.request('POST', '/api/auth/logout', { cookie: session.cookie }),
  'a ban': (session) =>
    a.hook('/hooks/ban', { eventId: `ban-${++count}`, userId: session.user.id, banned: true }),
  'a change of password': async (session) => {
    const other = await login(a, session);
    return a.request('POST', '/api/auth/password', {
      cookie: other.cookie,
      body: { currentPassword: PASSWORD, newPassword: `${PASSWORD} staple` },
    });
  },
};

describe('over the bus', () => {
  const clients: Redis[] = [];
  const connectRedis = (): Redis => {
    const client = new Redis(cluster.redis.url);
    clients.push(client);
    return client;
  };
  afterAll(() => {
    for (const client of clients) client.disconnect();
  });

  test('a change of password ends the other sessions of the user at once, everywhere, and not the one that changed it', async () => {
    const mine = await b.signUp();
    const [other, stranger] = [await login(b, mine), await b.signUp()];
    const sockets = await Promise.all([a, b].map((app) => app.connect(other)));
    const [kept, bystander] = [await b.connect(mine), await b.connect(stranger)];
    const told = sockets.map((socket) => next(socket, 'session:revoked'));
    const closed = sockets.map(disconnected);
    const change = (currentPassword: string) =>
      a.request('POST', '/api/auth/password', {
        cookie: mine.cookie,
        body: { currentPassword, newPassword: 'staple battery horse' },
      });
    expect(await change('not my password')).toMatchObject({
      status: 401,
      body: { code: 'INVALID_CREDENTIALS', error: 'The current password is wrong.' },
    });
    expect(await change(PASSWORD)).toMatchObject({ status: 204 });
    expect(await Promise.all(told)).toEqual([{ reason: 'logout' }, { reason: 'logout' }]);
    expect(await Promise.all(closed)).toEqual(Array(2).fill('io server disconnect'));
    for (const socket of [kept, bystander])
      expect(await ask(socket, 'time:sync', { t0: 0 })).toMatchObject({ ok: true });
    expect((await b.request('GET', '/api/portfolio', { cookie: mine.cookie })).status).toBe(200);
    expect((await b.request('GET', '/api/portfolio', { cookie: other.cookie })).status).toBe(401);
    const body = { username: mine.user.username, password: PASSWORD };
    expect((await b.request('POST', '/api/auth/login', { body })).status).toBe(401);
    await login(b, mine, 'staple battery horse');
  });

  test('every route that needs a session refuses one that has ended, whatever else is wrong with the request', async () => {
    const session = await b.signUp();
    await a.request('POST', '/api/auth/logout', { cookie: session.cookie });
    const routes = Object.entries(ROUTE_SHAPES)
      .filter(([route, { access }]) => route.includes(' /api/') && ['member', 'admin'].includes(access))
      .map(([route]) => route);
    expect(routes.length).toBeGreaterThan(15);
    for (const route of routes) {
      const [method = '', path = ''] = route.split(' ');
      const body = ['POST', 'PUT'].includes(method) ? {} : undefined;
      const answer = await b.request(method, path.replace(':id', 'x'), { cookie: session.cookie, body });
      expect([route, answer.status, answer.body.code]).toEqual([route, 401, 'UNAUTHENTICATED']);
    }
  });

  test('an order that waits for its first quote is refused by what was committed meanwhile', async () => {
    const sessions = { IBM: await b.signUp(), BAC: await b.signUp(), JPM: await b.signUp() };
    const wanted = (symbol: string): Promise<void> =>
      until(() => a.market.wanted().has(symbol), `${symbol} is asked for upstream`);
    const hookOrder = { symbol: 'BAC', side: 'buy', type: 'market', quantity: 1 };
    const placing = [
      b.request('POST', '/api/orders', { cookie: sessions.IBM.cookie, body: order('IBM') }),
      b.hook('/hooks/orders', { eventId: 'hook-order', userId: sessions.BAC.user.id, order: hookOrder }),
      b.request('POST', '/api/orders', { cookie: sessions.JPM.cookie, body: order('JPM') }),
    ];
    await Promise.all(Object.keys(sessions).map(wanted));
    const { id: userId } = sessions.JPM.user;
    await Promise.all([
      a.request('POST', '/api/auth/logout', { cookie: sessions.IBM.cookie }),
      a.hook('/hooks/ban', { eventId: 'ban-waiting', userId: sessions.BAC.user.id, banned: true }),
      a.hook('/hooks/halt', {
        eventId: 'halt-waiting',
        scope: 'user',
        userId,
        halted: true,
        reason: 'a test',
      }),
    ]);
    for (const symbol of Object.keys(sessions)) cluster.tick(symbol, 100);
    const answers = await Promise.all(placing);
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
      [401, 'UNAUTHENTICATED'],
      [403, 'FORBIDDEN'],
      [422, 'TRADING_HALTED'],
    ]);
    const rows = await cluster.database.db.query<{ status: string }>(
      'SELECT status FROM orders WHERE user_id = ANY ($1::uuid[])',
      [Object.values(sessions).map(({ user }) => user.id)],
    );
    expect(rows).toEqual([{ status: 'denied' }]);
  });

  test('no secret of a session passes through Redis, even when another service asks for all sockets', async () => {
    // Not with ioredis: it takes the first command that it is told in one piece with the answer for an answer.
    const monitor = createConnection(cluster.redis.port, '127.0.0.1');
    let heard = '';
    monitor.on('data', (data) => {
      heard += data.toString('latin1');
    });
    monitor.write('MONITOR\r\n');
    await until(() => heard.startsWith('+OK'), 'Redis tells its commands');
    const seen = () => heard.split('\r\n');

    const session = await b.signUp();
    const socket = await b.connect(session, { extraHeaders: { cookie: session.cookie } });
    await ask(socket, 'subscribe:trades');
    await ask(socket, 'order:place', order());
    const foreign = new Server({
      adapter: createAdapter(connectRedis(), connectRedis(), {
        key: 'tradecast',
        requestsTimeout: 500,
      }) as never,
    });
    await until(
      async () => (await foreign.of('/').adapter.serverCount()) > 1,
      'the other service is subscribed',
    );
    const found = await foreign.fetchSockets().catch(() => []);
    expect(JSON.stringify(found)).not.toContain(session.sessionID);
    const closed = disconnected(socket);
    await b.request('POST', '/api/auth/logout', { cookie: session.cookie });
    await closed;
    await until(() => seen().some((line) => line.includes('revoked')), 'the end of the session is told');
    monitor.destroy();

    expect(seen().some((line) => line.includes(session.user.id))).toBe(true);
    const secrets = [session.sessionID, session.cookie.split('=')[1]!, decodeURIComponent(session.cookie)];
    expect(seen().filter((line) => secrets.some((secret) => line.includes(secret)))).toEqual([]);
  });
});

describe.each([
  ['up', () => {}],
  ['killed', () => cluster.redis.kill()],
  ['hung', () => cluster.redis.restart().then(() => cluster.redis.hang())],
])('with Redis %s', (state, enter) => {
  beforeAll(async () => {
    await enter();
    bus.lose(revokedTopic);
  });
  afterAll(() => {
    if (state === 'hung') cluster.redis.wake();
  });

  test.each(Object.keys(revocations))(
    'after %s no command of the session is accepted for longer than a second, and no request at all',
    async (name) => {
      cluster.tick('AAPL', 100);
      const session = await b.signUp();
      const socket = await b.connect(session);
      const closed = disconnected(socket);
      const { sent, answers, done } = press(socket);
      await until(() => answers.length >= 8, 'commands are answered');

      const { status } = await revocations[name]!(session);
      clock.advance(REFUSED_WITHIN_MS);
      const sentBefore = sent();
      expect([202, 204]).toContain(status);
      const refused = await b.request('GET', '/api/portfolio', { cookie: session.cookie });
      expect(refused).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });

      await done;
      expect(await closed).toBe('io server disconnect');
      expect(answers.filter((code) => code === 'ok').length).toBeGreaterThan(3);
      expect(answers.slice(sentBefore).filter((code) => code !== 'UNAUTHENTICATED')).toEqual([]);
    },
  );

  test('after the kill switch no order is accepted, on any replica and any way in', async () => {
    cluster.tick('AAPL', 100);
    const session = await b.signUp();
    const sockets = await Promise.all([a.connect(session), b.connect(session)]);
    for (const socket of sockets)
      expect(await ask(socket, 'order:place', order())).toMatchObject({ ok: true });
    const halt = await a.hook('/hooks/halt', {
      eventId: `halt-${++count}`,
      scope: 'user',
      userId: session.user.id,
      halted: true,
      reason: 'a test',
    });
    expect(halt.status).toBe(202);
    for (const socket of sockets)
      expect(await ask(socket, 'order:place', order())).toMatchObject({ ok: false, code: 'TRADING_HALTED' });
    for (const app of [a, b])
      expect(
        await app.request('POST', '/api/orders', { cookie: session.cookie, body: order() }),
      ).toMatchObject({ status: 422, body: { code: 'TRADING_HALTED' } });
    for (const app of [a, b])
      expect(
        await app.hook('/hooks/orders', {
          eventId: `hook-halted-${++count}`,
          userId: session.user.id,
          order: { symbol: 'AAPL', side: 'buy', type: 'limit', quantity: 1, limitPrice: 100 },
        }),
      ).toMatchObject({ status: 422, body: { code: 'TRADING_HALTED' } });
  });

  test('an idle socket whose session has ended is closed within the check interval', async () => {
    const [session, bystander] = [await b.signUp(), await b.signUp()];
    const [socket, other] = [await b.connect(session), await b.connect(bystander)];
    const revoked = next(socket, 'session:revoked');
    const closed = disconnected(socket);
    await a.request('POST', '/api/auth/logout', { cookie: session.cookie });
    clock.advance(30_000);
    expect(await revoked).toEqual({ reason: 'expired' });
    expect(await closed).toBe('io server disconnect');
    expect(other.connected).toBe(true);
  });
});
