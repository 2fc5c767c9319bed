import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import { startApp, type TestApp } from '../../../rig/app.ts';
import { ask, type ClientSocket } from '../../../rig/clients/ask.ts';
import { next } from '../../../rig/clients/stock-client.ts';
import { createTestClock } from '../../../rig/clock.ts';
import { until } from '../../../rig/wait.ts';
import { PROTOCOL_VERSION } from '../../../src/protocol/version.ts';
import { openRaw } from '../../support/raw-client.ts';

let app: TestApp;
const clock = createTestClock();
beforeAll(async () => {
  app = await startApp({ clock });
});
afterAll(() => app.close());

interface Refusal extends Error {
  data?: { code: string; retryable: boolean; retryAfterMs?: number };
}
const refused = (socket: ClientSocket): Promise<Refusal> =>
  new Promise((resolve, reject) => {
    socket.once('connect_error', resolve);
    socket.once('connect', () => reject(new Error('it connected')));
  });

describe('a handshake', () => {
  test('with the session id in auth is greeted with connected and the market status', async () => {
    const session = await app.signUp();
    const socket = app.open({
      auth: { sessionID: session.sessionID, userId: session.user.id, userName: 'Anyone' },
    });
    const [connected, market] = await Promise.all([next(socket, 'connected'), next(socket, 'market:status')]);
    expect(connected).toMatchObject({
      socketId: socket.id,
      userId: session.user.id,
      protocol: PROTOCOL_VERSION,
    });
    expect(market).toMatchObject({ isOpen: true, session: 'regular' });
  });

  test('with the session cookie alone is enough', async () => {
    const session = await app.signUp();
    const socket = app.open({ extraHeaders: { cookie: session.cookie } });
    expect(await next(socket, 'connected')).toMatchObject({ userId: session.user.id });
  });

  test('over polling works on one replica and is upgraded', async () => {
    const session = await app.signUp();
    const socket = app.open({ auth: { sessionID: session.sessionID }, transports: ['polling', 'websocket'] });
    expect(await next(socket, 'connected')).toMatchObject({ userId: session.user.id });
  });

  test('without a session id is refused for good', async () => {
    const error = await refused(app.open({ auth: { userId: 'somebody' } }));
    expect(error.message).toBe('Authentication required: No session ID provided');
    expect(error.data).toEqual({ code: 'NO_SESSION_ID', retryable: false });
  });

  test.each([
    ['an unknown session', 'no-such-session'],
    ['a session with a NUL byte', 'a\u0000b'],
    ['a very long session', 'x'.repeat(250)],
  ])('with %s is refused for good', async (_what, sessionID) => {
    const error = await refused(app.open({ auth: { sessionID } }));
    expect(error.message).toBe('Authentication required: Invalid or expired session');
    expect(error.data).toEqual({ code: 'INVALID_SESSION', retryable: false });
  });

  test("with another user's id is refused: the user comes from the session", async () => {
    const [mine, other] = [await app.signUp(), await app.signUp()];
    const error = await refused(app.open({ auth: { sessionID: mine.sessionID, userId: other.user.id } }));
    expect(error.message).toBe('User ID mismatch');
    expect(error.data).toEqual({ code: 'USER_MISMATCH', retryable: false });
  });

  test('with a cookie signed by somebody else is refused', async () => {
    const session = await app.signUp();
    const forged = `${session.cookie.slice(0, -4)}AAAA`;
    const error = await refused(app.open({ extraHeaders: { cookie: forged } }));
    expect(error.data?.code).toBe('NO_SESSION_ID');
  });

  test('may name the protocol version that it was written for, and be of the release before', async () => {
    const session = await app.signUp();
    const socket = app.open({ auth: { sessionID: session.sessionID, protocol: 1 } });
    expect(await next(socket, 'connected')).toMatchObject({ protocol: PROTOCOL_VERSION });
  });

  test.each([
    [PROTOCOL_VERSION + 1, `This server does not speak protocol version ${PROTOCOL_VERSION + 1}`],
    [0, 'This server does not speak protocol version 0'],
    ['1', 'This server does not speak this protocol version'],
    [{ version: 1 }, 'This server does not speak this protocol version'],
  ])('with protocol %j is told that another replica may understand it', async (protocol, message) => {
    const session = await app.signUp();
    const error = await refused(app.open({ auth: { sessionID: session.sessionID, protocol } }));
    expect(error.message).toBe(message);
    expect(error.data).toMatchObject({ code: 'UNSUPPORTED_PROTOCOL', retryable: true });
  });

  test.each([
    ['a user name of null', { userName: null }],
    ['a long user name', { userName: 'x'.repeat(129) }],
    ['no user id', { userId: null }],
  ])('with %s still uses the session id', async (_what, field) => {
    const session = await app.signUp();
    const socket = app.open({ auth: { sessionID: session.sessionID, ...field } });
    expect(await next(socket, 'connected')).toMatchObject({ userId: session.user.id });
  });

  test('with a user id that is no text, or none of a user, is refused', async () => {
    const session = await app.signUp();
    for (const userId of [7, 'x'.repeat(65), { id: session.user.id }]) {
      const error = await refused(app.open({ auth: { sessionID: session.sessionID, userId } }));
      expect(error.data).toEqual({ code: 'USER_MISMATCH', retryable: false });
    }
  });

  test('with a session id that cannot be read is refused although it has a cookie, which an empty one uses', async () => {
    const { cookie, user } = await app.signUp();
    for (const sessionID of [7, 'x'.repeat(257), ['s']]) {
      const error = await refused(app.open({ auth: { sessionID }, extraHeaders: { cookie } }));
      expect(error.data).toEqual({ code: 'NO_SESSION_ID', retryable: false });
    }
    const socket = app.open({ auth: { sessionID: '' }, extraHeaders: { cookie } });
    expect(await next(socket, 'connected')).toMatchObject({ userId: user.id });
  });

  test('of a newer protocol with a field that does not fit is refused for its protocol', async () => {
    const error = await refused(app.open({ auth: { sessionID: 7, protocol: PROTOCOL_VERSION + 1 } }));
    expect(error.data).toMatchObject({ code: 'UNSUPPORTED_PROTOCOL', retryable: true });
  });

  test('from a foreign origin does not get as far as a session', async () => {
    const session = await app.signUp();
    for (const origin of ['https://evil.example', 'null', `http://127.0.0.1:${app.port}.evil.example`]) {
      const socket = new WebSocket(`ws://127.0.0.1:${app.port}/socket.io/?EIO=4&transport=websocket`, {
        headers: { origin, cookie: session.cookie },
      });
      const status = await new Promise((resolve) => {
        socket.on('unexpected-response', (_request, response) => resolve(response.statusCode));
        socket.on('open', () => resolve('opened'));
        socket.on('error', () => resolve('error'));
      });
      expect([403, 400]).toContain(status);
    }
  });

  test('from the same origin is let in', async () => {
    const session = await app.signUp();
    const socket = app.open({ extraHeaders: { cookie: session.cookie, origin: app.url } });
    expect(await next(socket, 'connected')).toMatchObject({ userId: session.user.id });
  });
});

test('time:sync answers with both clocks', async () => {
  const socket = await app.connect(await app.signUp());
  const answer = await ask(socket, 'time:sync', { t0: 123.5 });
  expect(answer).toEqual({ ok: true, t0: 123.5, t1: expect.any(Number) });
});

describe('the five places of a user', () => {
  test('hold five connections, refuse the sixth with a retryable code, and are given back', async () => {
    const session = await app.signUp();
    const other = await app.signUp();
    const sockets = await Promise.all(Array.from({ length: 5 }, () => app.connect(session)));
    const sixth = await refused(app.open({ auth: { sessionID: session.sessionID } }));
    expect(sixth.message).toBe('Too many connections (max 5)');
    expect(sixth.data).toMatchObject({ code: 'TOO_MANY_CONNECTIONS', retryable: true });

    await expect(app.connect(other)).resolves.toBeDefined();
    sockets[0]?.disconnect();
    await until(async () => {
      const socket = app.open({ auth: { sessionID: session.sessionID } });
      return new Promise<boolean>((resolve) => {
        socket.once('connect', () => resolve(true));
        socket.once('connect_error', () => resolve(false));
      });
    }, 'the place is free again');
  });

  test('are not leaked by clients that go away during the handshake', async () => {
    const session = await app.signUp();
    for (let attempt = 0; attempt < 8; attempt++) {
      const raw = new WebSocket(`ws://127.0.0.1:${app.port}/socket.io/?EIO=4&transport=websocket`);
      await new Promise((resolve) => raw.once('open', resolve));
      raw.send(`40${JSON.stringify({ sessionID: session.sessionID })}`);
      raw.terminate();
    }
    await until(async () => {
      const socket = app.open({ auth: { sessionID: session.sessionID } });
      const connected = await new Promise<boolean>((resolve) => {
        socket.once('connect', () => resolve(true));
        socket.once('connect_error', () => resolve(false));
      });
      return connected;
    }, 'a place is free');
  });
});

describe('the end of a session', () => {
  test('by logout closes every socket of that session, for good, and no other', async () => {
    const session = await app.signUp();
    const bystander = await app.connect(await app.signUp());
    const [first, second] = [await app.connect(session), await app.connect(session)];
    const ends = [first, second].map((socket) =>
      Promise.all([
        next(socket, 'session:revoked'),
        new Promise((resolve) => socket.once('disconnect', resolve)),
      ]),
    );
    const logout = await app.request('POST', '/api/auth/logout', { cookie: session.cookie });
    expect(logout.status).toBe(204);
    for (const [revoked, reason] of await Promise.all(ends)) {
      expect(revoked).toEqual({ reason: 'logout' });
      expect(reason).toBe('io server disconnect');
    }
    expect(bystander.connected).toBe(true);
    const again = await refused(app.open({ auth: { sessionID: session.sessionID } }));
    expect(again.data?.code).toBe('INVALID_SESSION');
  });

  test('of its socket ends the connection too: without a socket no limit would count it', async () => {
    const raw = await openRaw(app.port, await app.signUp());
    raw.send('41');
    await raw.closed;
  });

  test('by a ban closes every socket of the user at once and bars the way back', async () => {
    const session = await app.signUp();
    const [first, second] = [await app.connect(session), await app.connect(session)];
    const ends = [first, second].map((socket) => next(socket, 'session:revoked'));
    const ban = (eventId: string, banned: boolean) =>
      app.hook('/hooks/ban', { eventId, userId: session.user.id, banned });
    expect(await ban('ban-1', true)).toMatchObject({ status: 202, body: { data: { banned: true } } });
    expect(await Promise.all(ends)).toEqual([{ reason: 'banned' }, { reason: 'banned' }]);
    const login = { username: session.user.username, password: 'correct horse battery' };
    expect((await app.request('POST', '/api/auth/login', { body: login })).status).toBe(401);
    expect((await app.request('GET', '/api/portfolio', { cookie: session.cookie })).status).toBe(401);
    await ban('ban-2', false);
    expect((await app.request('POST', '/api/auth/login', { body: login })).status).toBe(200);
  });

  test('by idling is noticed on the open socket within the check interval', async () => {
    const session = await app.signUp();
    const socket = await app.connect(session);
    const revoked = next(socket, 'session:revoked');
    // Past the seven days that no use can extend.
    clock.advance(8 * 24 * 60 * 60 * 1000);
    expect(await revoked).toEqual({ reason: 'expired' });
  });
});

describe('the port itself', () => {
  /** Sends text as it is and resolves with everything that comes back. */
  const talk = (text: string): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect(app.port, '127.0.0.1', () => socket.write(text));
      let answer = '';
      socket.on('data', (chunk) => {
        answer += chunk;
      });
      socket.on('close', () => resolve(answer));
    });

  test('answers a client that merely offers another protocol', async () => {
    const answer = await talk(
      'GET /health HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK/);
  });

  test.each([
    ['garbage', 'this is not HTTP\r\n\r\n', 400],
    ['headers without end', `GET / HTTP/1.1\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`, 431],
  ])('answers %s with JSON and a code', async (_what, text, status) => {
    const answer = await talk(text);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({
      success: false,
      code: expect.any(String),
    });
  });
});
