import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import session from 'express-session';
import { signHook } from '../../rig/clients/hooks.ts';
import { createHttpClient, PASSWORD, registerUser } from '../../rig/clients/http-client.ts';
import { silentLog } from '../../rig/log.ts';
import { createLocalBus } from '../../src/adapters/local/bus.ts';
import { createLocalRateLimiter } from '../../src/adapters/local/rate-limiter.ts';
import { hashSessionId } from '../../src/domain/accounts/session.ts';
import { readSessionCookie } from '../../src/domain/accounts/session-cookie.ts';
import { revokedTopic } from '../../src/domain/accounts/topics.ts';
import { createDemand } from '../../src/domain/market/demand.ts';
import { STOCK_TOPICS } from '../../src/domain/market/topics.ts';
import type { Trading } from '../../src/domain/trading/trading.ts';
import { addressKey } from '../../src/lib/address.ts';
import type { Log } from '../../src/lib/log.ts';
import { TradecastError } from '../../src/protocol/errors.ts';
import { HTTP_RATE_LIMITS } from '../../src/protocol/limits.ts';
import { PAGES } from '../../src/protocol/pages.ts';
import { HOOK_SECRET, SESSION_SECRET, startHttpApp } from '../support/http-parts.ts';

let running: Awaited<ReturnType<typeof startHttpApp>>[] = [];
const start: typeof startHttpApp = async (given) => {
  const app = await startHttpApp(given);
  running.push(app);
  return app;
};
afterEach(async () => {
  await Promise.all(running.map((app) => app.stop()));
  running = [];
});

describe('health', () => {
  test('/health answers without a port, a session or a proof of anything', async () => {
    const app = await start();
    const answer = await createHttpClient(app.url).get('/health');
    expect([answer.status, answer.body]).toEqual([200, { status: 'ok' }]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  test.each([
    ['ready', 200],
    ['not ready', 503],
  ] as const)('/ready says %s with %d', async (status, code) => {
    const readiness = {
      status,
      checks: { database: 'ok', redis: 'off', feed: 'ok', lease: 'ok', draining: 'no' },
    };
    const app = await start({
      parts: { health: { readiness: () => readiness, websocket: () => null! } },
    });
    expect(await createHttpClient(app.url).get('/ready')).toMatchObject({ status: code, body: readiness });
  });

  test('/metrics asks for its token where it has one', async () => {
    const open = createHttpClient((await start()).url);
    expect((await open.get('/metrics')).body).toBe('tradecast_connections 0\n');
    const closed = createHttpClient((await start({ options: { metricsToken: 'secret' } })).url);
    for (const Authorization of ['', 'Bearer', 'Bearer wrong', 'Basic secret', 'Bearer secret2']) {
      expect(await closed.get('/metrics', { headers: { Authorization } })).toMatchObject({
        status: 401,
        body: { success: false, code: 'UNAUTHENTICATED' },
      });
    }
    const answer = await closed.get('/metrics', { headers: { Authorization: 'Bearer secret' } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toContain('text/plain');
  });
});

describe('sessions', () => {
  test('a visitor without a session reads no session row and gets no cookie', async () => {
    const app = await start();
    const client = createHttpClient(app.url);
    const paths = ['/health', '/metrics', '/api/config', '/api/portfolio', '/api/auth/session', '/nothing'];
    for (const address of paths) {
      expect((await client.get(address)).headers.getSetCookie()).toEqual([]);
    }
    client.cookies.set('tradecast.sid', 's%3Aforged.c2lnbmF0dXJl');
    expect((await client.get('/api/auth/session')).status).toBe(401);
    expect(app.sessionReads()).toBe(0);
  });

  test('the cookie is HttpOnly and Lax, and Secure in production behind a proxy that speaks TLS', async () => {
    const app = await start({ options: { production: true } });
    const client = createHttpClient(app.url);
    const answer = await client.post(
      '/api/auth/register',
      { username: 'ada', password: PASSWORD },
      { 'X-Forwarded-Proto': 'https' },
    );
    expect(answer.status).toBe(201);
    expect(answer.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^tradecast\.sid=s%3A.*; Path=\/; Expires=.*; HttpOnly; Secure; SameSite=Lax$/),
    ]);
    expect(answer.headers.get('strict-transport-security')).toContain('max-age=');
  });

  test('a planted id is worth nothing after login, and a second login ends the first', async () => {
    const bus = createLocalBus(silentLog);
    const revoked: object[] = [];
    bus.subscribe(revokedTopic, (message) => revoked.push(message));
    const client = createHttpClient((await start({ parts: { bus } })).url);
    const first = await registerUser(client);
    const planted = client.cookies.get('tradecast.sid')!;
    await client.post('/api/auth/login', { username: first.username, password: PASSWORD });
    expect(client.cookies.get('tradecast.sid')).not.toBe(planted);
    expect(revoked).toEqual([{ reason: 'logout', sessionHash: hashSessionId(first.sessionID) }]);
    client.cookies.set('tradecast.sid', planted);
    expect((await client.get('/api/auth/session')).status).toBe(401);
  });

  test('a secret that has been rotated out of first place still opens its sessions', async () => {
    const store = new session.MemoryStore();
    const before = createHttpClient((await start({ parts: { sessionStore: store } })).url);
    await registerUser(before);
    const cookie = `tradecast.sid=${before.cookies.get('tradecast.sid')}`;
    const id = readSessionCookie(cookie, ['the new secret', SESSION_SECRET]);
    expect(id).toEqual(expect.any(String));
    expect(readSessionCookie(cookie, ['the new secret'])).toBeNull();
    expect(readSessionCookie(`other=1; ${cookie}x`, [SESSION_SECRET])).toBeNull();
    expect(readSessionCookie(`tradecast.sid=${id}`, [SESSION_SECRET])).toBeNull();
    expect(readSessionCookie(undefined, [SESSION_SECRET])).toBeNull();
  });

  test('polling writes the session once a minute, not with every request', async () => {
    let now = 1_000_000;
    let touches = 0;
    const store = new session.MemoryStore();
    const touch = store.touch.bind(store);
    store.touch = (id, row, done) => {
      touches += 1;
      touch(id, row, done);
    };
    const clock = { now: () => now, after: () => () => undefined, every: () => () => undefined };
    const client = createHttpClient((await start({ parts: { sessionStore: store, clock } })).url);
    await registerUser(client);
    for (let request = 0; request < 5; request += 1) await client.get('/api/auth/session');
    expect(touches).toBe(1);
    now += 60_001;
    await client.get('/api/auth/session');
    expect(touches).toBe(2);
  });

  test('a session store that fails is answered with 503 and a time to come back', async () => {
    const store = new session.MemoryStore();
    const client = createHttpClient((await start({ parts: { sessionStore: store } })).url);
    await registerUser(client);
    store.get = (_id, done) => done(new Error('connection refused'));
    const answer = await client.get('/api/portfolio');
    expect(answer).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE', retryAfterMs: 1_000 } });
    expect(answer.headers.get('retry-after')).toBe('1');
  });

  test('a login whose session cannot be stored is no login', async () => {
    const store = new session.MemoryStore();
    const client = createHttpClient((await start({ parts: { sessionStore: store } })).url);
    store.set = (_id, _row, done) => done?.(new Error('disk full'));
    const answer = await client.post('/api/auth/register', { username: 'ada', password: PASSWORD });
    expect(answer).toMatchObject({ status: 503, body: { success: false, code: 'UNAVAILABLE' } });
  });
});

describe('limits', () => {
  test('guessing one password is stopped per name and address, with the time to wait', async () => {
    const client = createHttpClient((await start()).url);
    const guess = (username: string) =>
      client.post('/api/auth/login', { username, password: 'wrong password' });
    for (let tries = 0; tries < 10; tries += 1) {
      expect(await guess('Ada')).toMatchObject({ status: 401, body: { code: 'INVALID_CREDENTIALS' } });
    }
    const answer = await guess('ada');
    expect(answer).toMatchObject({ status: 429, body: { code: 'RATE_LIMITED' } });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await guess('grace')).status).toBe(401);
  });

  test('what cannot be a user name is one name to the limit, and opens nothing', async () => {
    const client = createHttpClient((await start()).url);
    await client.post('/api/auth/register', { username: 'iskra', password: PASSWORD });
    const spellings = [
      'İskra',
      'i\u0307skra',
      'ıskra',
      'iſkra',
      'ｉskra',
      'iskra ',
      'Iskra\u200d',
      'iskrа',
      '',
      'is',
    ];
    for (const username of spellings)
      expect(await client.post('/api/auth/login', { username, password: PASSWORD })).toMatchObject({
        status: 401,
        body: { code: 'INVALID_CREDENTIALS' },
      });
    const another = await client.post('/api/auth/login', { username: 'İSKRA', password: PASSWORD });
    expect(another).toMatchObject({ status: 429, body: { code: 'RATE_LIMITED' } });
    const owner = await client.post('/api/auth/login', { username: 'iskra', password: PASSWORD });
    expect(owner.status).toBe(200);
  });

  test('right passwords lock nobody out, one after the other or at once, nor do they free a guess', async () => {
    const { url } = await start();
    await createHttpClient(url).post('/api/auth/register', { username: 'demo', password: PASSWORD });
    const signIn = async (password = PASSWORD) =>
      (await createHttpClient(url).post('/api/auth/login', { username: 'demo', password })).status;
    for (let tries = 0; tries < 9; tries += 1) expect(await signIn('wrong password')).toBe(401);
    const atOnce = await Promise.all(Array.from({ length: 30 }, () => signIn()));
    for (let tries = 0; tries < 120; tries += 1) atOnce.push(await signIn());
    expect(new Set(atOnce)).toEqual(new Set([200]));
    expect([await signIn('wrong password'), await signIn('wrong password'), await signIn()]).toEqual([
      401, 429, 429,
    ]);
  });

  test('a locked name does not lock its address, nor a locked address the names that are tried there', async () => {
    const limiter = createLocalRateLimiter({
      ...HTTP_RATE_LIMITS,
      'http:login:address': { points: 5, seconds: 900 },
      'http:login:user': { points: 3, seconds: 900 },
    });
    const taken: [limit: string, change: 1 | -1][] = [];
    const counting: typeof limiter = {
      async consume(limit, key) {
        const verdict = await limiter.consume(limit, key);
        if (!verdict.allowed) return verdict;
        taken.push([limit, 1]);
        const giveBack = (): void => {
          taken.push([limit, -1]);
          verdict.giveBack();
        };
        return { allowed: true, giveBack };
      },
    };
    const kept = (limit: string) =>
      taken.filter(([name]) => name === limit).reduce((sum, [, change]) => sum + change, 0);
    const { url } = await start({ parts: { limiter: counting } });
    for (const username of ['locked', 'other'])
      await createHttpClient(url).post('/api/auth/register', { username, password: PASSWORD });
    const signIn = async (username: string, password = PASSWORD) =>
      (await createHttpClient(url).post('/api/auth/login', { username, password })).status;
    const guess = (username: string) => signIn(username, 'wrong password');
    for (let tries = 0; tries < 3; tries += 1) expect(await guess('locked')).toBe(401);
    for (let tries = 0; tries < 10; tries += 1) expect(await signIn('locked')).toBe(429);
    expect(await signIn('other')).toBe(200);
    expect([await guess('other'), await guess('other')]).toEqual([401, 401]);
    for (let tries = 0; tries < 10; tries += 1) expect(await signIn('other')).toBe(429);
    expect([kept('http:login:address'), kept('http:login:user')]).toEqual([5, 5]);
  });

  test('a request that the service fails to do costs nothing', async () => {
    let end = new TradecastError('UNAVAILABLE', 'The database does not answer right now.');
    const trading = { cancel: () => Promise.reject(end) } as Partial<Trading> as Trading;
    const limiter = createLocalRateLimiter({
      ...HTTP_RATE_LIMITS,
      'http:orders': { points: 2, seconds: 60 },
    });
    const client = createHttpClient((await start({ parts: { trading, limiter } })).url);
    await registerUser(client);
    for (let tries = 0; tries < 5; tries += 1)
      expect(await client.delete(`/api/orders/${randomUUID()}`)).toMatchObject({ status: 503 });
    end = new TradecastError('NOT_FOUND', 'No such order.');
    const statuses: number[] = [];
    for (let tries = 0; tries < 4; tries += 1)
      statuses.push((await client.delete(`/api/orders/${randomUUID()}`)).status);
    expect(statuses).toEqual([404, 404, 429, 429]);
  });

  test('trying many names from one address is stopped', async () => {
    const client = createHttpClient((await start()).url);
    const statuses: number[] = [];
    for (let tries = 0; tries < 101; tries += 1) {
      const answer = await client.post('/api/auth/login', {
        username: `user${tries}`,
        password: 'wrong password',
      });
      statuses.push(answer.status);
    }
    expect(statuses.filter((status) => status === 401)).toHaveLength(100);
    expect(statuses.at(-1)).toBe(429);
  });

  test('an address cannot register without end', async () => {
    const client = createHttpClient((await start()).url);
    for (let tries = 0; tries < 30; tries += 1) await registerUser(client);
    await expect(registerUser(client)).rejects.toThrow('429');
  });

  test('a user cannot ask without end', async () => {
    const limiter = {
      consume: async (limit: string) =>
        limit === 'http:api'
          ? { allowed: false as const, retryAfterMs: 1_500 }
          : { allowed: true as const, giveBack() {} },
    };
    const client = createHttpClient((await start({ parts: { limiter } })).url);
    await registerUser(client);
    const answer = await client.get('/api/quotes?symbols=AAPL');
    expect(answer).toMatchObject({ status: 429, body: { code: 'RATE_LIMITED', retryAfterMs: 1_500 } });
    expect(answer.headers.get('retry-after')).toBe('2');
  });

  test('an address is one IPv4 address or one IPv6 customer', () => {
    expect(addressKey('192.0.2.1')).toBe('192.0.2.1');
    for (const mapped of [
      '::ffff:192.0.2.1',
      '::FFFF:192.0.2.1',
      '::ffff:c000:201',
      '0:0:0:0:0:ffff:c000:0201',
      '0000:0000:0000:0000:0000:ffff:192.0.2.1',
      '[::ffff:192.0.2.1]:443',
      '192.0.2.1:443',
      ' 192.0.2.1',
    ])
      expect([mapped, addressKey(mapped)]).toEqual([mapped, '192.0.2.1']);
    for (const same of [
      '2001:DB8:1:2::9',
      '2001:0db8:0001:0002::9',
      '[2001:db8:1:2::9]',
      '[2001:db8:1:2::9]:1',
    ])
      expect([same, addressKey(same)]).toEqual([same, '2001:db8:1:2::/64']);
    expect(addressKey('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64');
    expect(addressKey('2001:db8:1:2::9')).toBe('2001:db8:1:2::/64');
    expect(addressKey('2001:db8::1')).toBe('2001:db8:0:0::/64');
    expect(addressKey('fe80::1%eth0')).toBe('fe80:0:0:0::/64');
    expect(addressKey('::1')).toBe('0:0:0:0::/64');
    expect(addressKey(undefined)).toBe('unknown');
  });
});

describe('other sites', () => {
  const login = { username: 'nobody', password: 'wrong password' };
  test.each([
    ['a foreign origin', { Origin: 'https://evil.example' }, 403],
    ['an origin that only begins like ours', { Origin: 'https://app.example.com.evil.example' }, 403],
    ['another scheme of a listed origin', { Origin: 'http://app.example.com' }, 403],
    ['the origin of a sandbox', { Origin: 'null' }, 403],
    ['a cross-site request that hides its origin', { 'Sec-Fetch-Site': 'cross-site' }, 403],
    ['a listed origin', { Origin: 'https://app.example.com', 'Sec-Fetch-Site': 'cross-site' }, 401],
    ['no browser', {}, 401],
  ])('a write from %s', async (_who, headers, status) => {
    const client = createHttpClient((await start()).url);
    const answer = await client.post('/api/auth/login', login, headers);
    expect(answer).toMatchObject({
      status,
      body: { code: status === 403 ? 'FORBIDDEN' : 'INVALID_CREDENTIALS' },
    });
  });

  test('a refused origin says what to do, to the page in a sentence and to the operator in the log', async () => {
    const warnings: { fields: object; message: string }[] = [];
    const log: Log = { ...silentLog, warn: (fields, message) => void warnings.push({ fields, message }) };
    const { url } = await start({ parts: { log } });
    const page = 'https://trade.example.com';
    // nginx with a bare proxy_pass: the Host is that of the service.
    for (let tries = 0; tries < 3; tries += 1)
      expect(await createHttpClient(url).post('/api/auth/login', login, { Origin: page })).toMatchObject({
        status: 403,
        body: { code: 'FORBIDDEN', error: expect.stringContaining('FRONTEND_URL') },
      });
    expect(warnings).toEqual([
      {
        fields: { origin: page, host: new URL(url).host, FRONTEND_URL: 'https://app.example.com' },
        message: expect.stringMatching(/add it to FRONTEND_URL, or have the proxy .* pass the Host on/),
      },
    ]);
  });

  test('a write that the browser calls cross-site is refused with a line in the log', async () => {
    const messages: string[] = [];
    const log: Log = { ...silentLog, warn: (_fields, message) => void messages.push(message) };
    const { url } = await start({ parts: { log } });
    const headers = { Origin: url, 'Sec-Fetch-Site': 'cross-site' };
    expect((await createHttpClient(url).post('/api/auth/login', login, headers)).status).toBe(403);
    expect(messages).toEqual([expect.stringContaining('Sec-Fetch-Site')]);
  });

  test('our own page may write', async () => {
    const { url } = await start();
    const answer = await createHttpClient(url).post('/api/auth/login', login, { Origin: url });
    expect(answer.status).toBe(401);
  });
});

describe('answers', () => {
  test('carry a policy that runs no foreign code and opens sockets only here', async () => {
    const { url } = await start();
    const { headers } = await createHttpClient(url).get('/health');
    const policy = headers.get('content-security-policy')!;
    const { host } = new URL(url);
    expect(policy.split(';')).toEqual(
      expect.arrayContaining([
        "default-src 'self'",
        "script-src 'self'",
        `connect-src 'self' ws://${host} wss://${host}`,
        "frame-ancestors 'none'",
        "object-src 'none'",
      ]),
    );
    expect(policy).not.toContain('unsafe-eval');
    expect(headers.get('strict-transport-security')).toBeNull();
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-powered-by')).toBeNull();
  });

  test('bear an id that the log bears too, and the log tells neither body nor query', async () => {
    const lines: { fields: object; message: string }[] = [];
    const keep = (fields: object, message: string) => void lines.push({ fields, message });
    const log: Log = { debug: keep, info: keep, warn: keep, error: keep };
    const app = await start({ parts: { log } });
    const client = createHttpClient(app.url);
    const signIn = await client.post('/api/auth/login', { username: 'ada', password: 'wrong password' });
    const search = await client.get('/api/symbols?q=hidden');
    const lineOf = (answer: typeof signIn, method: string, path: string) => ({
      fields: expect.objectContaining({
        requestId: answer.headers.get('x-request-id'),
        method,
        path,
        status: 401,
      }),
      message: 'request',
    });
    expect(lines).toEqual([lineOf(signIn, 'POST', '/api/auth/login'), lineOf(search, 'GET', '/api/symbols')]);
    expect(JSON.stringify(lines)).not.toMatch(/hidden|wrong password/);
    expect(app.served[0]).toMatchObject({ method: 'POST', route: '/api/auth/login', status: 401 });
  });

  test('are counted by the pattern of their route, whatever was asked for', async () => {
    const app = await start();
    const client = createHttpClient(app.url);
    await registerUser(client);
    await client.delete('/api/orders/no-uuid');
    await client.get('/API/Quotes?symbols=AAPL');
    await client.get('/api/quotes/deeper');
    await client.get('/health/');
    expect(app.served.map(({ route, status }) => [route, status])).toEqual([
      ['/api/auth/register', 201],
      ['/api/orders/:id', 404],
      ['/api/quotes', 200],
      ['/api', 404],
      ['/health', 200],
    ]);
  });

  test('to the unexpected hide what went wrong and log it', async () => {
    const errors: object[] = [];
    const log: Log = { ...silentLog, error: (fields) => void errors.push(fields) };
    const client = createHttpClient((await start({ parts: { log } })).url);
    await registerUser(client);
    const answer = await client.get('/api/portfolio');
    expect(answer).toMatchObject({ status: 500, body: { success: false, code: 'INTERNAL' } });
    expect(JSON.stringify(answer.body)).not.toContain('port');
    expect(errors).toMatchObject([{ requestId: answer.headers.get('x-request-id'), err: expect.any(Error) }]);
  });

  test.each(['/api/nothing', '/hooks/nothing', '/nothing', '/%E0%A4%A', '/api/%E0%A4%A'])(
    'at the unknown address %s are JSON',
    async (address) => {
      const client = createHttpClient((await start()).url);
      const answer = await client.get(address);
      expect([400, 401, 404]).toContain(answer.status);
      expect(answer.body).toMatchObject({
        success: false,
        error: expect.any(String),
        code: expect.any(String),
      });
    },
  );

  test('closed registration is told by /api/config and kept', async () => {
    const client = createHttpClient((await start({ options: { registrationOpen: false } })).url);
    expect((await client.get('/api/config')).body).toEqual({
      success: true,
      data: { registrationOpen: false, feed: 'simulated' },
    });
    expect(await client.post('/api/auth/register', { username: 'ada', password: PASSWORD })).toMatchObject({
      status: 403,
      body: { code: 'FORBIDDEN' },
    });
  });
});

describe('signatures', () => {
  const body = JSON.stringify({ eventId: 'e', nonsense: true });
  const send = async (headers: Record<string, string>, hookSecrets = [HOOK_SECRET], sent: string = body) =>
    createHttpClient(
      (
        await start({
          options: {
            keys: { session: () => [], hook: () => hookSecrets, operator: () => [], signal: () => [] },
          },
        })
      ).url,
    ).post('/hooks/trades', sent, headers);
  const INVALID = {
    status: 401,
    body: { success: false, error: 'Invalid signature.', code: 'INVALID_SIGNATURE' },
  };

  test.each([
    ['nothing', {}],
    ['another secret', signHook('another secret', body)],
    ['another body', signHook(HOOK_SECRET, `${body} `)],
    ['a time too long ago', signHook(HOOK_SECRET, body, Date.now() - 302_000)],
    ['a time too far ahead', signHook(HOOK_SECRET, body, Date.now() + 360_000)],
    ['a time that is none', { ...signHook(HOOK_SECRET, body), 'X-Tradecast-Timestamp': 'NaN' }],
    ['another time than was signed', { ...signHook(HOOK_SECRET, body), 'X-Tradecast-Timestamp': '1' }],
    ['a signature that is too short', { ...signHook(HOOK_SECRET, body), 'X-Tradecast-Signature': 'v1=00' }],
    ['no version', { ...signHook(HOOK_SECRET, body), 'X-Tradecast-Signature': '0'.repeat(64) }],
  ])('%s does not do, and the answer does not say why', async (_what, headers) => {
    expect(await send(headers)).toMatchObject(INVALID);
  });

  test('of either of two secrets do, within the window on both sides', async () => {
    for (const secret of [HOOK_SECRET, 'the older secret']) {
      for (const off of [-290_000, 290_000]) {
        const answer = await send(signHook(secret, body, Date.now() + off), [
          HOOK_SECRET,
          'the older secret',
        ]);
        expect(answer).toMatchObject({ status: 400, body: { code: 'VALIDATION' } });
      }
    }
  });

  test('are asked for before anything in the body is looked at', async () => {
    expect(await send({}, [HOOK_SECRET], 'not json')).toMatchObject(INVALID);
    expect(await send(signHook(HOOK_SECRET, 'not json'), [HOOK_SECRET], 'not json')).toMatchObject({
      status: 400,
    });
  });
});

describe('polling', () => {
  test('keeps the quotes of known symbols coming, and of nothing else', async () => {
    let now = 1_000_000;
    const clock = { now: () => now, after: () => () => undefined, every: () => () => undefined };
    const bus = createLocalBus(silentLog);
    const wanted: (readonly string[])[] = [];
    bus.subscribe(STOCK_TOPICS.demand, ({ symbols }) => wanted.push(symbols));
    const lookedUp: string[] = [];
    const instruments = {
      search: async () => [],
      knows: (symbol: string) => (symbol === 'LATER' ? undefined : symbol !== 'NONE'),
      get: async (symbol: string) => {
        lookedUp.push(symbol);
        return null;
      },
    };
    const demand = createDemand({ bus, topics: STOCK_TOPICS, clock, replica: 'here' });
    const client = createHttpClient((await start({ parts: { demand, clock, instruments } })).url);
    await registerUser(client);
    const poll = (symbols: string) => client.get(`/api/quotes?symbols=${symbols}`);
    expect(await poll('AAPL,NONE,LATER')).toMatchObject({ status: 200, body: { data: [] } });
    expect(lookedUp).toEqual(['LATER']);
    await poll('AAPL');
    expect(wanted).toEqual([['AAPL']]);
    now += 30_000;
    await poll('TSLA');
    now += 40_000;
    await poll('TSLA');
    expect(wanted).toEqual([['AAPL'], ['AAPL', 'TSLA'], ['TSLA']]);
  });
});

describe('a page on another origin', () => {
  const preflight = async (origin: string) => {
    const { url } = await start({ options: { allowedOrigins: ['https://app.example.com'] } });
    return fetch(`${url}/api/auth/login`, {
      method: 'OPTIONS',
      headers: {
        Origin: origin,
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'content-type',
      },
    });
  };

  test('of the list may send and read with its cookie', async () => {
    const { headers } = await preflight('https://app.example.com');
    expect(headers.get('access-control-allow-origin')).toBe('https://app.example.com');
    expect(headers.get('access-control-allow-credentials')).toBe('true');
  });

  test('of no list gets no leave', async () => {
    const { headers } = await preflight('https://evil.example');
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('the dashboard', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'dashboard-'));
    await mkdir(path.join(folder, 'assets'));
    await writeFile(path.join(folder, 'index.html'), '<!doctype html><title>Tradecast</title>');
    await writeFile(path.join(folder, 'assets', 'index-abc123.js'), 'export {};');
    await writeFile(
      path.join(folder, 'assets', 'large-abc123.js'),
      `export const text = '${'word '.repeat(2_000)}';`,
    );
    await writeFile(path.join(folder, 'icon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  });
  afterAll(() => rm(folder, { recursive: true }));

  const page = { headers: { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } };

  test('keeps hashed assets for good and asks for other files anew', async () => {
    const client = createHttpClient((await start({ options: { dashboardDir: folder } })).url);
    const asset = await client.get('/assets/index-abc123.js');
    expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect((await client.get('/icon.svg')).headers.get('cache-control')).toBe('no-cache');
  });

  test.each(['/', '/login', '/monitor', '/s/AAPL', '/s/BRK.B', '/s/O:SPY251219C00650000', '/monitor?x=1'])(
    'answers %s with the app, asked for anew each time',
    async (address) => {
      const { url, served } = await start({ options: { dashboardDir: folder } });
      const answer = await createHttpClient(url).get(address, page);
      expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-cache']);
      expect(answer.body).toContain('<title>Tradecast</title>');
      const head = await fetch(`${url}${address}`, { method: 'HEAD', ...page });
      expect([head.status, head.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
      const labels = new Set(Object.values(PAGES).map(({ path }) => path as string));
      expect(served.filter(({ route }) => !labels.has(route))).toEqual([]);
    },
  );

  test.each([
    '/portfolio',
    '/index.html',
    '/orders/open?x=1',
    '/s',
    '/s/AAPL/more',
    '/s/%',
    '/s/%E0%A4%A',
    '/%E0%A4%A',
    '/monitoring',
    '/assets',
    '/x/BRK.B',
    '/foo.php',
  ])('answers a browser at %s with the app and 404: it is no page', async (address) => {
    const client = createHttpClient((await start({ options: { dashboardDir: folder } })).url);
    const answer = await client.get(address, page);
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([404, 'no-cache']);
    expect(answer.body).toContain('<title>Tradecast</title>');
  });

  test('refuses a program at an address that no text encodes in JSON', async () => {
    const client = createHttpClient((await start({ options: { dashboardDir: folder } })).url);
    const answer = await client.get('/s/%', { headers: { Accept: 'application/json' } });
    expect(answer).toMatchObject({ status: 404, body: { success: false, code: 'NOT_FOUND' } });
  });

  test('is sent compressed to those who take it', async () => {
    const { url } = await start({ options: { dashboardDir: folder } });
    const asset = await fetch(`${url}/assets/large-abc123.js`, { headers: { 'Accept-Encoding': 'gzip' } });
    expect(asset.headers.get('content-encoding')).toBe('gzip');
    expect(await asset.text()).toContain('word word');
  });

  test('does not stand in for what is missing or belongs to the service', async () => {
    const client = createHttpClient((await start({ options: { dashboardDir: folder } })).url);
    for (const address of [
      '/assets/gone.js',
      '/assets/gone',
      '/gone.svg',
      '/api/nothing',
      '/hooks/nothing',
      '/ws',
      '/ws/stats',
      '/WS/signals',
      '/health/nothing',
      '/..%2f..%2fetc%2fpasswd',
    ]) {
      const answer = await client.get(address, page);
      expect([address, answer.body]).toEqual([address, expect.objectContaining({ success: false })]);
      expect([401, 404, 426]).toContain(answer.status);
    }
    for (const address of ['/', '/portfolio']) {
      const json = { status: 404, body: { success: false, code: 'NOT_FOUND' } };
      expect(await client.get(address, { headers: { Accept: 'application/json' } })).toMatchObject(json);
      expect(await client.post(address, {}, page.headers)).toMatchObject(json);
    }
  });
});
