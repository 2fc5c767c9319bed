import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Answer, type SignedIn, startApp, type TestApp } from '../../rig/app.ts';
import { PASSWORD } from '../../rig/clients/http-client.ts';
import { next } from '../../rig/clients/stock-client.ts';
import { until } from '../../rig/wait.ts';
import { showQuote } from '../support/http-quote.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const data = <T>(answer: Answer): T => {
  if (answer.body.success !== true) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body.data as T;
};
const get = async <T>(who: SignedIn, route: string): Promise<T> =>
  data<T>(await app.request('GET', route, { cookie: who.cookie }));

const refused = (status: number, code: string) => ({
  status,
  body: { success: false, code, error: expect.any(String) },
});

describe('accounts', () => {
  test('a user registers, is known by the cookie, and logs in again under a new session id', async () => {
    const registered = await app.request('POST', '/api/auth/register', {
      body: { username: 'Ada.L', password: PASSWORD, name: '  Ada Lovelace ' },
    });
    const user = {
      id: expect.any(String),
      username: 'Ada.L',
      name: 'Ada Lovelace',
      role: 'member',
      tier: 'STARTER',
    };
    expect(registered).toMatchObject({
      status: 201,
      body: { data: { user, sessionID: expect.any(String) } },
    });

    const login = await app.request('POST', '/api/auth/login', {
      body: { username: 'ada.l', password: PASSWORD },
    });
    expect(login).toMatchObject({ status: 200, body: { data: { user } } });
    const { sessionID } = data<{ sessionID: string }>(login);
    expect(sessionID).not.toBe(data<{ sessionID: string }>(registered).sessionID);

    const cookie = login.headers.getSetCookie()[0]!.split(';')[0]!;
    const session = await app.request('GET', '/api/auth/session', { cookie });
    expect(session).toMatchObject({ status: 200, body: { data: { user, sessionID } } });
    expect(session.headers.get('cache-control')).toBe('no-store');
  });

  test('a name is taken whatever its case', async () => {
    await app.signUp('Grace_H');
    const answer = await app.request('POST', '/api/auth/register', {
      body: { username: 'grace_h', password: PASSWORD },
    });
    expect(answer).toMatchObject(refused(409, 'USERNAME_TAKEN'));
  });

  test('a password is changed by who knows the current one, and each wrong one counts as a login', async () => {
    const session = await app.signUp();
    const change = (body: object) =>
      app.request('POST', '/api/auth/password', { cookie: session.cookie, body });
    const newPassword = 'staple battery horse';
    expect(await change({ currentPassword: PASSWORD, newPassword: 'short' })).toMatchObject({ status: 400 });
    expect(await change({ currentPassword: PASSWORD })).toMatchObject({ status: 400 });
    expect(await change({ currentPassword: PASSWORD, newPassword })).toMatchObject({ status: 204 });
    const wrong = () => change({ currentPassword: PASSWORD, newPassword });
    for (let guess = 1; guess <= 10; guess++)
      expect(await wrong()).toMatchObject({ status: 401, body: { code: 'INVALID_CREDENTIALS' } });
    expect(await wrong()).toMatchObject({ status: 429 });
    const login = { username: session.user.username, password: newPassword };
    expect(await app.request('POST', '/api/auth/login', { body: login })).toMatchObject({ status: 429 });
    expect((await app.request('GET', '/api/auth/session', { cookie: session.cookie })).status).toBe(200);
  });

  test('a wrong password and an unknown user get the same answer', async () => {
    const { user } = await app.signUp();
    const wrong = await app.request('POST', '/api/auth/login', {
      body: { username: user.username, password: 'wrong' },
    });
    const unknown = await app.request('POST', '/api/auth/login', {
      body: { username: 'nobody-here', password: 'wrong' },
    });
    expect(wrong).toMatchObject(refused(401, 'INVALID_CREDENTIALS'));
    expect(unknown.body).toEqual(wrong.body);
  });

  test('logout ends the session here, in every other tab, and clears the cookie', async () => {
    const ada = await app.signUp();
    const socket = await app.connect(ada);
    const revoked = next(socket, 'session:revoked');
    const answer = await app.request('POST', '/api/auth/logout', { cookie: ada.cookie });
    expect(answer.status).toBe(204);
    expect(answer.headers.getSetCookie()[0]).toMatch(/^tradecast\.sid=;.*Expires=Thu, 01 Jan 1970/);
    expect(await revoked).toEqual({ reason: 'logout' });
    for (const route of ['/api/auth/session', '/api/portfolio']) {
      expect(await app.request('GET', route, { cookie: ada.cookie })).toMatchObject(
        refused(401, 'UNAUTHENTICATED'),
      );
    }
    expect((await app.request('POST', '/api/auth/logout', { cookie: ada.cookie })).status).toBe(401);
  });

  test.each([
    ['GET', '/api/portfolio'],
    ['GET', '/api/trades'],
    ['GET', '/api/orders'],
    ['POST', '/api/orders'],
    ['DELETE', '/api/orders/7b0f6c2e-6d0b-4f5e-9f46-0a3a3f0c6a11'],
    ['GET', '/api/watchlist'],
    ['PUT', '/api/watchlist'],
    ['GET', '/api/quotes?symbols=AAPL'],
    ['GET', '/api/market/status'],
    ['GET', '/api/symbols?q=A'],
    ['GET', '/api/candles?symbol=AAPL'],
    ['POST', '/api/account/discord-link'],
    ['GET', '/api/auth/session'],
    ['POST', '/api/auth/logout'],
  ])('%s %s needs a session', async (method, route) => {
    expect(await app.request(method, route)).toMatchObject(refused(401, 'UNAUTHENTICATED'));
  });
});

describe('the market over HTTP', () => {
  let ada: SignedIn;
  beforeAll(async () => {
    ada = await app.signUp();
  });

  test('quotes of a polled symbol come although nobody has a socket', async () => {
    const poll = () => get<{ symbol: string; price: number }[]>(ada, '/api/quotes?symbols=ibm,ZZZZZ,IBM');
    expect(await poll()).toEqual([]);
    await until(() => app.market.wanted().has('IBM'), 'the market is asked for IBM');
    app.market.tick('IBM', 140.25);
    await until(async () => (await poll()).length > 0, 'IBM has a quote');
    expect(await poll()).toMatchObject([
      { symbol: 'IBM', price: 140.25, bid: 140.24, ask: 140.26, state: 'simulated' },
    ]);
    const candles = await get<{ time: number }[]>(ada, '/api/candles?symbol=IBM');
    expect(candles).toMatchObject([{ open: 140.25, high: 140.25, low: 140.25, close: 140.25, volume: 100 }]);
    expect(candles[0]!.time % 60).toBe(0);
    expect(Math.abs(candles[0]!.time * 1000 - Date.now())).toBeLessThan(120_000);
  });

  test('the market tells whether it is open', async () => {
    expect(await get(ada, '/api/market/status')).toMatchObject({ isOpen: true, session: 'regular' });
  });

  test('symbols are found by their beginning', async () => {
    expect(await get(ada, '/api/symbols?q=am')).toEqual([{ symbol: 'AMZN', name: 'AMZN Inc.' }]);
  });

  test('the watchlist is the default until one is saved, upper-cased and without repeats', async () => {
    const put = (symbols: unknown) =>
      app.request('PUT', '/api/watchlist', { cookie: ada.cookie, body: { symbols } });
    expect((await get<{ symbols: string[] }>(ada, '/api/watchlist')).symbols).toContain('AAPL');
    expect(data(await put(['tsla', 'IBM', 'TSLA']))).toEqual({ symbols: ['TSLA', 'IBM'] });
    expect(await put(['TSLA', 'ZZZZZ'])).toMatchObject(refused(422, 'UNKNOWN_SYMBOL'));
    expect(await put(Array.from({ length: 51 }, (_, index) => `A${index}`))).toMatchObject(
      refused(400, 'VALIDATION'),
    );
    expect(await get(ada, '/api/watchlist')).toEqual({ symbols: ['TSLA', 'IBM'] });
    expect(data(await put([]))).toEqual({ symbols: [] });
    expect(await get(ada, '/api/watchlist')).toEqual({ symbols: [] });
  });
});

describe('orders over HTTP', () => {
  let ada: SignedIn;
  const limit = {
    symbol: 'BAC',
    side: 'buy',
    type: 'limit',
    quantity: 10,
    limitPrice: 39.5,
    timeInForce: 'gtc',
  };
  const post = (who: SignedIn, body: object, key?: string) =>
    app.request('POST', '/api/orders', {
      cookie: who.cookie,
      body,
      headers: key === undefined ? {} : { 'Idempotency-Key': key },
    });

  beforeAll(async () => {
    ada = await app.signUp();
    await showQuote(app, ada, 'BAC', 40);
  });

  test('the same key and order gives the first answer again, another order a conflict', async () => {
    const first = await post(ada, limit, 'key-1');
    expect(first).toMatchObject({
      status: 201,
      body: { data: { clientOrderId: 'key-1', limitPrice: 39.5 } },
    });
    const again = await post(ada, { ...limit, clientOrderId: 'key-1' });
    expect(again).toMatchObject({ status: 201, body: { data: { id: data<{ id: string }>(first).id } } });
    expect(await post(ada, { ...limit, quantity: 11 }, 'key-1')).toMatchObject(refused(409, 'CONFLICT'));
    expect(await get<object[]>(ada, '/api/orders')).toHaveLength(1);
  });

  test('an order needs one key, and only one', async () => {
    expect(await post(ada, limit)).toMatchObject(refused(400, 'VALIDATION'));
    expect(await post(ada, { ...limit, clientOrderId: 'a' }, 'b')).toMatchObject(refused(400, 'VALIDATION'));
    expect(await post(ada, limit, 'with space')).toMatchObject(refused(400, 'VALIDATION'));
    expect(await post(ada, limit, 'x'.repeat(129))).toMatchObject(refused(400, 'VALIDATION'));
  });

  test('a refused order answers with its trading code, its sentence and the order, each time it is sent', async () => {
    const poor = { symbol: 'BAC', side: 'sell', type: 'market', quantity: 5 };
    const first = await post(ada, poor, 'denied-1');
    expect(first).toMatchObject({
      ...refused(422, 'INSUFFICIENT_POSITION'),
      body: {
        data: { order: { status: 'denied', reason: 'INSUFFICIENT_POSITION', clientOrderId: 'denied-1' } },
      },
    });
    expect((await post(ada, poor, 'denied-1')).body).toEqual(first.body);
  });

  test('orders are listed by status and cancelled by their owner alone', async () => {
    const [order] = await get<{ id: string }[]>(ada, '/api/orders?status=open');
    const mallory = await app.signUp();
    const cancel = (who: SignedIn, id: string) =>
      app.request('DELETE', `/api/orders/${id}`, { cookie: who.cookie });
    expect(await cancel(mallory, order!.id)).toMatchObject(refused(404, 'NOT_FOUND'));
    expect(await get(mallory, '/api/orders')).toEqual([]);
    expect(await cancel(ada, 'no-uuid')).toMatchObject(refused(404, 'NOT_FOUND'));
    expect(await cancel(ada, '00000000-0000-4000-8000-000000000000')).toMatchObject(
      refused(404, 'NOT_FOUND'),
    );
    expect((await cancel(ada, order!.id)).status).toBe(200);
    await until(
      async () => (await get<object[]>(ada, '/api/orders?status=cancelled')).length === 1,
      'the order is cancelled',
    );
    expect(await cancel(ada, order!.id)).toMatchObject(refused(409, 'CONFLICT'));
    expect(await get(ada, '/api/orders?status=open')).toEqual([]);
    expect(await get<object[]>(ada, '/api/orders?status=denied')).toHaveLength(1);
  });

  test('a filled order shows in the portfolio and in the journal, page by page', async () => {
    await post(ada, { symbol: 'BAC', side: 'buy', type: 'market', quantity: 4 }, 'buy-4');
    await until(async () => {
      const { positions } = await get<{ positions: object[] }>(ada, '/api/portfolio');
      return positions.length === 1;
    }, 'the order is filled');
    expect(await get(ada, '/api/portfolio')).toMatchObject({
      source: 'paper',
      positions: [{ symbol: 'BAC', quantity: 4 }],
    });

    interface Page {
      epoch: string;
      head: number;
      events: { event: string; payload: { epoch: string; seq: number } }[];
    }
    const all = await get<Page>(ada, '/api/trades?after=0&limit=500');
    const seqs = all.events.map(({ payload }) => payload.seq);
    expect(seqs).toEqual(Array.from({ length: all.head }, (_, index) => index + 1));
    expect(new Set(all.events.map(({ payload }) => payload.epoch))).toEqual(new Set([all.epoch]));
    expect(all.events.map(({ event }) => event)).toContain('trade:executed');

    expect((await get<Page>(ada, '/api/trades?after=1&limit=2')).events).toEqual(all.events.slice(1, 3));
    expect((await get<Page>(ada, `/api/trades?after=${all.head}`)).events).toEqual([]);
    const newest = all.events.slice(-2);
    expect((await get<Page>(ada, '/api/trades?limit=2')).events).toEqual(newest);
    expect((await get<Page>(ada, '/api/trades?after=1&limit=2&epoch=another')).events).toEqual(newest);
    expect((await get<Page>(ada, `/api/trades?after=1&limit=2&epoch=${all.epoch}`)).events).toEqual(
      all.events.slice(1, 3),
    );
  });
});

describe('health of the running service', () => {
  test('says ready, and what each part says', async () => {
    const answer = await app.request('GET', '/ready');
    expect(answer.status).toBe(200);
    expect(Object.keys(answer.body.checks as object).sort()).toEqual([
      'database',
      'draining',
      'feed',
      'lease',
      'redis',
    ]);
  });

  test('counts connections and users', async () => {
    const ada = await app.signUp();
    await Promise.all([app.connect(ada), app.connect(ada)]);
    await until(async () => {
      const { body } = await app.request('GET', '/health/websocket');
      return body.activeConnections === 2 && body.uniqueUsers === 1;
    }, 'two connections of one user');
    const { body } = await app.request('GET', '/health/websocket');
    expect(body).toMatchObject({
      status: 'healthy',
      uptime: expect.any(Number),
      replica: expect.any(String),
      problems: [],
      uniqueUsersExact: true,
      replicas: [expect.objectContaining({ state: 'ok', connections: 2, users: 1, redis: 'off' })],
      feed: { source: 'simulated', state: 'live', leader: expect.any(String) },
      latency: { p50: expect.any(Number), p95: expect.any(Number), p99: expect.any(Number) },
    });
  });

  test('measures its own requests', async () => {
    const { body } = await app.request('GET', '/metrics');
    expect(body.text).toContain('tradecast_http_seconds_count{route="/api/orders/:id",status="404"}');
  });
});
