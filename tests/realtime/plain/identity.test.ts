import { createHmac, hkdfSync, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SignJWT, UnsecuredJWT } from 'jose';
import { pino } from 'pino';
import { type SignedIn, startApp, type TestApp } from '../../../rig/app.ts';
import { createTestClock } from '../../../rig/clock.ts';
import { SESSION_SECRET } from '../../../rig/secrets.ts';
import { until } from '../../../rig/wait.ts';
import { CONNECT_TIMEOUT_MS, MAX_UNIDENTIFIED_PER_ADDRESS } from '../../../src/protocol/limits.ts';
import { connectPlain, openPlain, type PlainClient } from '../../support/plain-client.ts';

const clock = createTestClock();
const logged: string[] = [];
let app: TestApp;
let session: SignedIn;
beforeAll(async () => {
  const log = pino({ level: 'trace' }, { write: (line) => void logged.push(line) });
  app = await startApp({
    clock,
    log,
    env: { RATE_LIMITS: 'connect=1000/60', FRONTEND_URL: 'https://desk.example' },
  });
  session = await app.signUp();
});
afterAll(() => app.close());

async function tokenOf({ cookie }: SignedIn, method = 'GET'): Promise<string> {
  const { status, body } = await app.request(method, '/api/auth/token', { cookie });
  expect([status, (body.data as { expiresIn: number }).expiresIn]).toEqual([200, 60]);
  return (body.data as { token: string }).token;
}
const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString());
const headerOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString());
const signingKey = (): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', SESSION_SECRET, '', 'tradecast:ws', 32));
const inQuery = (token: string) => ({ path: `/api/socket?token=${token}` });

/** The HTTP answer to a request for a WebSocket. */
async function refusalOf({ ws }: PlainClient) {
  const [, response] = (await once(ws, 'unexpected-response')) as [unknown, IncomingMessage];
  return { status: response.statusCode, headers: response.headers, body: await json(response) };
}

describe('a token', () => {
  test('has its claims and nothing else, and names no session that opens anything', async () => {
    const token = await tokenOf(session);
    expect(headerOf(token)).toEqual({ alg: 'HS256', kid: expect.any(String) });
    const claims = claimsOf(token);
    expect(claims).toEqual({
      aud: 'tradecast:ws',
      sub: session.user.id,
      sid: expect.any(String),
      jti: expect.any(String),
      exp: expect.any(Number),
    });
    expect(session.sessionID).not.toContain(claims.sid);
    const bySid = openPlain(app.port, { headers: { cookie: `tradecast.sid=${claims.sid}` } });
    await until(() => bySid.ws.readyState === bySid.ws.OPEN, 'it waits for a first message');
    bySid.send({ type: 'ping' });
    expect(await bySid.closed).toEqual({ code: 4401, reason: 'NO_SESSION_ID' });
  });

  test('needs a session', async () => {
    expect((await app.request('GET', '/api/auth/token')).status).toBe(401);
    expect((await app.request('POST', '/api/auth/token')).status).toBe(401);
  });

  test.each([
    ['as a subprotocol', (token: string) => ({ protocols: ['bearer', token] })],
    ['in the query', inQuery],
  ])('opens a socket %s, once', async (_how, show) => {
    const token = await tokenOf(session, 'POST');
    const client = await connectPlain(app.port, show(token));
    expect(client.texts[0]).toBe(
      JSON.stringify({ type: 'connected', clientId: client.messages('connected')[0]!.clientId }),
    );
    const again = openPlain(app.port, show(token));
    expect(await again.next('error')).toEqual({
      type: 'error',
      code: 'INVALID_SESSION',
      message: 'Authentication required: Invalid or expired token',
    });
    expect(await again.closed).toEqual({ code: 4401, reason: 'INVALID_SESSION' });
    client.ws.terminate();
  });

  test('opens a socket as its first message, and what follows in one go is served in order', async () => {
    const client = openPlain(app.port);
    const token = await tokenOf(session);
    await until(() => client.ws.readyState === client.ws.OPEN, 'it is open');
    client.send({ type: 'auth', token });
    client.send('ping');
    client.send({ type: 'ping' });
    await client.next('pong');
    expect(client.texts.map((text) => (text.startsWith('{') ? JSON.parse(text).type : text))).toEqual([
      'connected',
      'market_status',
      'pong',
      'pong',
    ]);
    expect(client.texts.slice(2)).toEqual(['pong', '{"type":"pong"}']);
    client.ws.terminate();
  });

  test('is not sent back as the subprotocol', async () => {
    const client = await connectPlain(app.port, { protocols: ['bearer', await tokenOf(session)] });
    expect(client.ws.protocol).toBe('bearer');
    client.ws.terminate();
  });

  test('opens nothing a minute later', async () => {
    const token = await tokenOf(session);
    clock.advance(66_000);
    const client = openPlain(app.port, inQuery(token));
    expect(await client.closed).toEqual({ code: 4401, reason: 'INVALID_SESSION' });
  });

  test('opens nothing once its session has ended, and its socket closes with the session', async () => {
    const leaving = await app.signUp();
    const [used, unused] = [await tokenOf(leaving), await tokenOf(leaving)];
    const client = await connectPlain(app.port, inQuery(used));
    await app.request('POST', '/api/auth/logout', { cookie: leaving.cookie });
    expect(await client.closed).toEqual({ code: 4401, reason: 'revoked' });
    expect(client.messages('session_revoked')).toEqual([{ type: 'session_revoked', reason: 'logout' }]);
    const late = openPlain(app.port, inQuery(unused));
    expect(await late.closed).toEqual({ code: 4401, reason: 'INVALID_SESSION' });
  });

  test.each([
    ['without a signature', (claims: object) => Promise.resolve(new UnsecuredJWT({ ...claims }).encode())],
    ['of another key', (claims: object, header: object) => sign(claims, header, new Uint8Array(32))],
    ['of another algorithm', (claims: object, header: object) => sign(claims, { ...header, alg: 'HS512' })],
    ['without a key id', (claims: object) => sign(claims, { alg: 'HS256' })],
    ['of another audience', (claims: object, header: object) => sign({ ...claims, aud: 'other' }, header)],
    ['without an end', (claims: object, header: object) => sign({ ...claims, exp: undefined }, header)],
    ['with a claim more', (claims: object, header: object) => sign({ ...claims, role: 'admin' }, header)],
    ['of another user', (claims: object, header: object) => sign({ ...claims, sub: randomUUID() }, header)],
    ['of an id that is none', (claims: object, header: object) => sign({ ...claims, jti: "'; --" }, header)],
    ['that is no token', async () => 'x.y.z'],
    ['that is empty', async () => ''],
  ])('%s opens nothing', async (_what, forge) => {
    const genuine = await tokenOf(session);
    const forged = await forge(claimsOf(genuine), headerOf(genuine));
    const client = openPlain(app.port, { ...inQuery(forged), headers: { cookie: session.cookie } });
    expect(await client.closed).toEqual({ code: 4401, reason: 'INVALID_SESSION' });
  });

  test('of our own key is accepted only as it is', async () => {
    const genuine = await tokenOf(session);
    const same = await sign(claimsOf(genuine), headerOf(genuine));
    const client = await connectPlain(app.port, inQuery(same));
    client.ws.terminate();
    const [head, payload] = genuine.split('.');
    const signature = createHmac('sha256', SESSION_SECRET).update(`${head}.${payload}`).digest('base64url');
    const cookieKey = openPlain(app.port, inQuery(`${head}.${payload}.${signature}`));
    expect((await cookieKey.closed).code).toBe(4401);
  });

  async function sign(claims: object, header: object, key = signingKey()): Promise<string> {
    return new SignJWT({ ...claims }).setProtectedHeader(header as { alg: string }).sign(key);
  }
});

describe('the session cookie', () => {
  test.each([
    ['of no browser', undefined],
    ['of our own pages', 'self'],
    ['of a page in FRONTEND_URL', 'https://desk.example'],
  ])('opens a socket %s', async (_who, origin) => {
    const client = await connectPlain(app.port, {
      headers: { cookie: session.cookie },
      ...(origin !== undefined && {
        origin: origin === 'self' ? app.url.replace('localhost', '127.0.0.1') : origin,
      }),
    });
    client.ws.terminate();
  });

  test('opens nothing for a page of another site', async () => {
    const client = openPlain(app.port, {
      headers: { cookie: session.cookie },
      origin: 'https://evil.example',
    });
    await until(() => client.ws.readyState === client.ws.OPEN, 'it may still show a token');
    client.send({ type: 'subscribe', symbols: ['AAPL'] });
    expect(await client.closed).toEqual({ code: 4401, reason: 'NO_SESSION_ID' });
    expect(client.messages('connected')).toEqual([]);
  });

  test('of an ended session is refused at once', async () => {
    const leaving = await app.signUp();
    await app.request('POST', '/api/auth/logout', { cookie: leaving.cookie });
    const client = openPlain(app.port, { headers: { cookie: leaving.cookie } });
    expect(await client.closed).toEqual({ code: 4401, reason: 'INVALID_SESSION' });
  });
});

describe('a socket that does not say who it is', () => {
  test('is closed after the time of a handshake, and not before', async () => {
    const client = openPlain(app.port);
    await until(() => client.ws.readyState === client.ws.OPEN, 'it is open');
    clock.advance(CONNECT_TIMEOUT_MS - 1);
    expect(client.ws.readyState).toBe(client.ws.OPEN);
    clock.advance(1);
    expect(await client.closed).toEqual({ code: 4401, reason: 'NO_SESSION_ID' });
    expect(client.messages('error')).toMatchObject([{ code: 'NO_SESSION_ID' }]);
  });

  test('is one of a few of its address; those who say so at once are not counted', async () => {
    const waiting = Array.from({ length: MAX_UNIDENTIFIED_PER_ADDRESS }, () => openPlain(app.port));
    await until(() => waiting.every(({ ws }) => ws.readyState === ws.OPEN), 'all of them wait');
    const refused = openPlain(app.port);
    expect(await refusalOf(refused)).toEqual({
      status: 429,
      headers: expect.objectContaining({ 'retry-after': '5' }),
      body: {
        success: false,
        error: 'Too many connections wait to sign in. Try again.',
        code: 'RATE_LIMITED',
        retryAfterMs: 5_000,
      },
    });
    const known = await connectPlain(app.port, inQuery(await tokenOf(session)));
    known.ws.terminate();
    for (const { ws } of waiting) ws.terminate();
    await Promise.all(waiting.map(({ closed }) => closed));
    const next = openPlain(app.port);
    await until(() => next.ws.readyState === next.ws.OPEN, 'there is room again');
    next.send({ type: 'auth', token: await tokenOf(session) });
    await next.next('connected');
    next.ws.terminate();
  });
});

describe('the upgrade', () => {
  test.each(['/', '/api/socket/', '/api/sockets', '/socket.io', '/ws/none', '/api/quotes'])(
    'of %s is answered with 404 and closed',
    async (path) => {
      expect(await refusalOf(openPlain(app.port, { path }))).toMatchObject({
        status: 404,
        body: { success: false, code: 'NOT_FOUND' },
      });
    },
  );

  test.each([
    ['without a session', () => ({})],
    ['with one', () => ({ cookie: session.cookie })],
  ])('is what a plain request %s is told to ask for', async (_what, options) => {
    const { status, headers, body } = await app.request('GET', '/api/socket?token=x', options());
    expect([status, headers.get('upgrade')]).toEqual([426, 'websocket']);
    expect(body).toEqual({
      success: false,
      error: 'Connect to this address with a WebSocket client.',
      code: 'UPGRADE_REQUIRED',
    });
  });

  test('leaves Socket.IO its own path', async () => {
    const socket = await app.connect(session);
    expect(socket.connected).toBe(true);
    socket.disconnect();
  });
});

test('a plain socket is one of the connections of its user, of which there are five', async () => {
  const user = await app.signUp();
  const four = await Promise.all(
    [1, 2, 3, 4].map(() => connectPlain(app.port, { headers: { cookie: user.cookie } })),
  );
  const socket = await app.connect(user);
  const sixth = openPlain(app.port, { headers: { cookie: user.cookie } });
  expect(await sixth.closed).toEqual({ code: 4409, reason: 'TOO_MANY_CONNECTIONS' });
  expect(sixth.messages('error')).toMatchObject([{ code: 'TOO_MANY_CONNECTIONS', retryAfterMs: 5_000 }]);
  const { body } = await app.request('GET', '/health/websocket');
  expect(body).toMatchObject({ activeConnections: 5 });
  four[0]!.ws.close();
  await four[0]!.closed;
  const next = await connectPlain(app.port, { headers: { cookie: user.cookie } });
  for (const { ws } of [...four, next]) ws.terminate();
  socket.disconnect();
});

test('no log line has a token, a query or a session id', async () => {
  const token = await tokenOf(session);
  const client = await connectPlain(app.port, inQuery(token));
  client.send('garbage');
  await client.next('error');
  client.ws.close();
  await client.closed;
  await app.request('GET', `/api/socket?token=${token}`);
  const all = logged.join('');
  expect(all).toContain('/api/socket');
  for (const secret of [token, token.split('.')[2]!, '?token', session.sessionID])
    expect(all).not.toContain(secret);
});
