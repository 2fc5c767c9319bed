import type { Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import { startApp, type TestApp } from '../../rig/app.ts';
import { SOCKET_IO_PATH } from '../../rig/clients/reconnect.ts';
import { until } from '../../rig/wait.ts';
import { openPlain } from '../support/plain-client.ts';
import { openRaw } from '../support/raw-client.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());
/** Connections that are served, of all clients. */
const served = async (): Promise<unknown> =>
  (await app.request('GET', '/health/websocket')).body.activeConnections;
/** No test leaves a client behind. */
afterEach(() => until(async () => (await served()) === 0, 'everybody has left'));

const NOBODY = `40${JSON.stringify({ sessionID: 'nobody' })}`;
const refusalsIn = (messages: readonly string[]) => messages.filter((text) => text.startsWith('44'));

describe('a client without a session', () => {
  test('has three refusals on one connection, which is closed then', async () => {
    const client = await openRaw(app.port);
    for (let tries = 0; tries < 50; tries++) {
      client.send(NOBODY);
      const before = refusalsIn(client.messages).length;
      if (client.ws.readyState === WebSocket.OPEN)
        await until(
          () => refusalsIn(client.messages).length > before || client.ws.readyState !== WebSocket.OPEN,
          'it is answered or closed',
        );
    }
    await client.closed;
    expect(refusalsIn(client.messages)).toHaveLength(3);
    expect(refusalsIn(client.messages)[0]).toContain('INVALID_SESSION');
  });

  test('that tries on new connections is refused at the door, whatever it connects to; a session from elsewhere is not', async () => {
    const strict = await startApp({ env: { RATE_LIMITS: 'refused=5/600', TRUST_PROXY: '1' } });
    const from = (address: string) => ({ headers: { 'X-Forwarded-For': address } });
    const attempt = (address: string, path = SOCKET_IO_PATH) =>
      new Promise<number | string>((resolve) => {
        const ws = new WebSocket(`ws://127.0.0.1:${strict.port}${path}`, from(address));
        ws.on('error', () => {});
        ws.on('open', () => ws.send(NOBODY));
        ws.on('message', (data) => {
          if (!String(data).startsWith('44')) return;
          resolve('refused');
          ws.terminate();
        });
        ws.on('unexpected-response', (_request, { statusCode = 0 }) => resolve(statusCode));
      });
    for (let tries = 0; tries < 6; tries++) expect(await attempt('192.0.2.1')).toBe('refused');
    expect([await attempt('192.0.2.1'), await attempt('::ffff:c000:201')]).toEqual([429, 429]);
    expect(await attempt('192.0.2.1', '/api/socket')).toBe(429);
    expect(await attempt('192.0.2.2')).toBe('refused');
    const session = await strict.signUp();
    const withHeaders = (address: string, more = {}) => ({
      extraHeaders: { 'X-Forwarded-For': address, ...more },
    });
    expect((await strict.connect(session, withHeaders('192.0.2.3'))).connected).toBe(true);
    const neighbour = withHeaders('192.0.2.1', { Cookie: session.cookie });
    expect((await strict.connect(session, neighbour)).connected).toBe(true);
    await strict.close();
  });
});

describe('a client that does not say who it is', () => {
  test('is closed behind one refusal of a namespace that does not exist', async () => {
    const client = await openRaw(app.port);
    const { _socket: line } = client.ws as unknown as { _socket: Socket };
    line.cork();
    for (let tries = 0; tries < 500; tries++) client.send('40/nope,');
    line.uncork();
    await client.closed;
    expect(refusalsIn(client.messages)).toEqual(['44/nope,{"message":"Invalid namespace"}']);
  });

  test('reaches the main namespace by its name, too', async () => {
    const { sessionID } = await app.signUp();
    const client = await openRaw(app.port);
    client.send(`40/,${JSON.stringify({ sessionID })}`);
    await until(() => client.payloads('connected').length === 1, 'it is signed in');
    client.ws.close();
  });

  const flood = (ws: WebSocket): void => {
    for (let count = 0; count < 2_100; count++) ws.pong();
  };
  const over =
    (does: (ws: WebSocket) => void, path = SOCKET_IO_PATH) =>
    (port: number) =>
      new Promise<number>((resolve) => {
        const ws = new WebSocket(`ws://127.0.0.1:${port}${path}`);
        ws.on('error', () => {});
        ws.on('open', () => does(ws));
        ws.on('unexpected-response', (_request, { statusCode = 0 }) => resolve(statusCode));
        ws.on('close', () => resolve(0));
      });
  test.each([
    ['a namespace that does not exist', over((ws) => ws.send('40/nope,'))],
    [
      'a protocol that is not spoken',
      over((ws) => {
        ws.on('message', (data) => String(data).startsWith('44') && ws.close());
        ws.send('40{"protocol":99}');
      }),
    ],
    ['a packet that comes before the handshake', over((ws) => ws.send('42["time:sync"]'))],
    ['a flood', over(flood)],
    ['a flood over a plain connection', over(flood, '/api/socket')],
  ])('again and again is refused at the door: %s', async (_what, attempt) => {
    const strict = await startApp({ env: { RATE_LIMITS: 'refused=2/600' } });
    const answers: number[] = [];
    await until(
      async () => answers.push(await attempt(strict.port)) > 0 && answers.at(-1) === 429,
      'shut out',
    );
    expect(answers.slice(0, 3)).toEqual([0, 0, 0]);
    const session = await strict.signUp();
    const extraHeaders = { Cookie: session.cookie };
    expect((await strict.connect(session, { extraHeaders })).connected).toBe(true);
    await strict.close();
  });

  test('costs nothing where it does: who signs in and leaves is no stranger', async () => {
    const strict = await startApp({ env: { RATE_LIMITS: 'refused=2/600' } });
    const session = await strict.signUp();
    for (let times = 0; times < 5; times++) {
      const client = await openRaw(strict.port, session);
      client.ws.close();
      await client.closed;
    }
    const last = await openRaw(strict.port, session);
    expect(last.payloads('connected')).toHaveLength(1);
    last.ws.close();
    await strict.close();
  });
});

describe('a client with a session that is refused', () => {
  test.each([
    ['RATE_LIMITED', { RATE_LIMITS: 'refused=4/600,connect=1/600' }],
    ['TOO_MANY_CONNECTIONS', { RATE_LIMITS: 'refused=4/600', MAX_CONNECTIONS_PER_USER: '1' }],
  ])('with %s again and again is refused at the door, and its neighbours are not', async (code, env) => {
    const strict = await startApp({ env });
    const [mallory, ada] = [await strict.signUp(), await strict.signUp()];
    const holder = await openRaw(strict.port, mallory);
    const attempt = () =>
      new Promise<string>((resolve) => {
        const ws = new WebSocket(`ws://127.0.0.1:${strict.port}${SOCKET_IO_PATH}`);
        ws.on('error', () => {});
        ws.on('open', () => ws.send(`40${JSON.stringify({ sessionID: mallory.sessionID })}`));
        ws.on('message', (data) => {
          if (!String(data).startsWith('44')) return;
          resolve(JSON.parse(String(data).slice(2)).data.code);
          ws.terminate();
        });
        ws.on('unexpected-response', (_request, { statusCode = 0 }) => resolve(String(statusCode)));
      });
    for (let tries = 0; tries < 5; tries++) expect(await attempt()).toBe(code);
    await until(async () => (await attempt()) === '429', 'it is shut out');
    const neighbour = { extraHeaders: { Cookie: ada.cookie } };
    expect((await strict.connect(ada, neighbour)).connected).toBe(true);
    holder.ws.close();
    await strict.close();
  });
});

describe('silent connections', () => {
  test('of one address are twenty at most; one that speaks is served, however many are silent', async () => {
    const silent = await Promise.all(Array.from({ length: 26 }, () => openRaw(app.port)));
    const openNow = () => silent.filter(({ ws }) => ws.readyState === WebSocket.OPEN).length;
    await until(() => openNow() < 26, 'the first is closed');
    await until(() => openNow() <= 20, 'six are closed');
    expect(openNow()).toBe(20);
    const speaker = await openRaw(app.port, await app.signUp());
    expect(speaker.payloads('connected')).toHaveLength(1);
    for (const { ws } of [...silent, speaker]) ws.close();
    await Promise.all([...silent, speaker].map(({ closed }) => closed));
  });

  test('are none of those that sign in at once behind one address', async () => {
    const sessions = await Promise.all(Array.from({ length: 10 }, () => app.signUp()));
    const clients = await Promise.all(
      sessions.flatMap((session) => Array.from({ length: 5 }, () => openRaw(app.port, session))),
    );
    expect(clients.every((client) => client.payloads('connected').length === 1)).toBe(true);
    for (const { ws } of clients) ws.close();
    await Promise.all(clients.map(({ closed }) => closed));
  });
});

describe('a connection', () => {
  test('that signs in many times at once gets one place, and is closed', async () => {
    const session = await app.signUp();
    const client = await openRaw(app.port);
    // In one piece, so that the service reads all of them before it answers the first.
    const { _socket: line } = client.ws as unknown as { _socket: Socket };
    line.cork();
    for (let tries = 0; tries < 50; tries++)
      client.send(`40${JSON.stringify({ sessionID: session.sessionID })}`);
    line.uncork();
    await client.closed;
    expect(refusalsIn(client.messages)).toEqual([]);
    const others = await Promise.all(Array.from({ length: 5 }, () => app.connect(session)));
    expect(others.every(({ connected }) => connected)).toBe(true);
    for (const socket of others) socket.disconnect();
  });

  test('that leaves the namespace is closed, also where the client does not want to', async () => {
    const client = await openRaw(app.port, await app.signUp());
    client.send('41');
    client.pause();
    await until(async () => (await served()) === 0, 'its place is free');
    client.resume();
    expect((await client.closed).code).toBeGreaterThan(0);
  });
});

describe('a flood of frames', () => {
  const MORE_THAN_ALLOWED = 2_100;

  test.each([
    ['pongs', (ws: WebSocket) => ws.pong()],
    ['answers to a ping that was not sent', (ws: WebSocket) => ws.send('3')],
    ['parts of a message', (ws: WebSocket) => ws.send('', { fin: false })],
  ])('of %s closes the connection over Socket.IO, and no other', async (_what, send) => {
    const session = await app.signUp();
    const [client, other] = [await openRaw(app.port, session), await app.connect(session)];
    for (let count = 0; count < MORE_THAN_ALLOWED; count++) send(client.ws);
    expect(await client.closed).toEqual({ code: 4029, reason: 'flood' });
    expect(other.connected).toBe(true);
    other.disconnect();
  });

  test.each([
    ['pongs', (ws: WebSocket) => ws.pong()],
    ['parts of a message', (ws: WebSocket) => ws.send('', { fin: false })],
  ])('of %s closes a plain connection', async (_what, send) => {
    const client = openPlain(app.port, { headers: { cookie: (await app.signUp()).cookie } });
    await until(() => client.messages('connected').length === 1, 'it is open');
    for (let count = 0; count < MORE_THAN_ALLOWED; count++) send(client.ws);
    expect(await client.closed).toEqual({ code: 4429, reason: 'flood' });
  });

  test.each([
    ['Socket.IO', async () => (await openRaw(app.port, await app.signUp())).ws],
    [
      'a plain connection',
      async () => openPlain(app.port, { headers: { cookie: (await app.signUp()).cookie } }).ws,
    ],
  ])(
    'of pings from a client that does not read is cut over %s, before its answers pile up',
    async (_what, open) => {
      const ws = await open();
      const closed = new Promise<number>((resolve) => ws.on('close', resolve));
      await until(() => ws.readyState === WebSocket.OPEN, 'it is open');
      ws.pause();
      for (let count = 0; count < MORE_THAN_ALLOWED; count++) ws.ping('x'.repeat(125));
      await until(async () => (await served()) === 0, 'it is gone');
      ws.resume();
      expect(await closed).toBeGreaterThan(1000);
    },
  );

  test('is none where a message comes in a few parts', async () => {
    const client = await openRaw(app.port, await app.signUp());
    for (let message = 0; message < 20; message++) {
      client.ws.send('42["time', { fin: false });
      client.ws.send(':sync",', { fin: false });
      client.ws.send(`{"t0":${message}}]`, { fin: true });
    }
    client.ws.send('421["time:sync",', { fin: false });
    client.ws.send('{"t0":1}]', { fin: true });
    await until(() => client.messages.some((text) => text.startsWith('431')), 'the message is answered');
    client.ws.close();
    await client.closed;
  });

  test('of probes during the upgrade from polling is cut', async () => {
    const opened = await fetch(`${app.url}/socket.io/?EIO=4&transport=polling`);
    const { sid } = JSON.parse((await opened.text()).slice(1)) as { sid: string };
    const ws = new WebSocket(`ws://127.0.0.1:${app.port}${SOCKET_IO_PATH}&sid=${sid}`);
    ws.on('error', () => {});
    const closed = new Promise<number>((resolve) => ws.on('close', resolve));
    await new Promise((resolve) => ws.once('open', resolve));
    for (let count = 0; count < MORE_THAN_ALLOWED; count++) ws.send('2probe');
    expect(await closed).toBe(4029);
  });
});
