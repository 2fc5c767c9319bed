import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { SignedIn, TestApp } from '../../../rig/app.ts';
import { next } from '../../../rig/clients/stock-client.ts';
import { until } from '../../../rig/wait.ts';
import { contractSymbol } from '../../../src/protocol/symbol.ts';
import { startCluster, type TestCluster } from '../../support/cluster.ts';
import { connectPlain, openPlain, type PlainClient } from '../../support/plain-client.ts';
import { settled } from '../../support/settled.ts';

/** Plain WebSockets of three replicas; the first is the engine. */
let cluster: TestCluster;
let engine: TestApp;
let second: TestApp;
let third: TestApp;
const clients: PlainClient[] = [];
beforeAll(async () => {
  cluster = await startCluster({ replicas: 3, app: { env: { RATE_LIMITS: 'connect=1000/60' } } });
  [engine, second, third] = cluster.apps as [TestApp, TestApp, TestApp];
  await settled(cluster);
});
afterAll(async () => {
  for (const { ws } of clients) ws.terminate();
  await cluster.close();
});

async function connect({ port }: TestApp, { cookie }: SignedIn): Promise<PlainClient> {
  const client = await connectPlain(port, { headers: { cookie } });
  clients.push(client);
  return client;
}
/** The close code of a further connection. */
const refusalOf = ({ port }: TestApp, { cookie }: SignedIn) =>
  openPlain(port, { headers: { cookie } }).closed.then(({ code }) => code);

test('a plain client of any replica gets quotes and contracts of the one engine', async () => {
  const call = contractSymbol({ root: 'AAPL', expiry: '2099-06-19', right: 'call', strike: 200 });
  const readers = await Promise.all(
    cluster.apps.map(async (app) => {
      const reader = await connect(app, await app.signUp());
      reader.send({ type: 'subscribe', symbols: ['AAPL'] });
      reader.send({ type: 'subscribe_options', contractIds: [call] });
      await reader.next('subscribed_options');
      return reader;
    }),
  );
  await until(
    () => engine.market.wanted().has('AAPL') && engine.market.contracts.wanted().has(call),
    'the engine asks upstream for both',
  );
  engine.market.tick('AAPL', 210);
  engine.market.contracts.tick(call, 12.5);
  for (const reader of readers) {
    await until(() => reader.messages('quote').some(({ data }) => data.price === 210), 'the quote');
    await until(
      () => reader.messages('option_update').some(({ data }) => data.price === 12.5),
      'the contract',
    );
    expect(reader.messages('quote').at(-1)).toMatchObject({
      symbol: 'AAPL',
      data: { price: 210, bid: 209.99, ask: 210.01, state: 'simulated' },
    });
  }
});

describe('the five places of a user', () => {
  test('are shared by plain sockets and Socket.IO of all replicas', async () => {
    const session = await engine.signUp();
    const first = await connect(engine, session);
    for (const app of [second, third]) await connect(app, session);
    const socket = await second.connect(session);
    await third.connect(session);
    for (const app of cluster.apps) expect(await refusalOf(app, session)).toBe(4409);
    await expect(engine.connect(session)).rejects.toMatchObject({ data: { code: 'TOO_MANY_CONNECTIONS' } });

    first.ws.close();
    // The engine has given the place back once a socket elsewhere gets it.
    await until(async () => {
      const client = openPlain(third.port, { headers: { cookie: session.cookie } });
      clients.push(client);
      await until(() => client.texts.length > 0, 'the greeting or the refusal');
      return client.messages('connected').length === 1;
    }, 'the place of a plain socket is free on another replica');
    socket.disconnect();
    await until(
      () =>
        second.connect(session).then(
          () => true,
          () => false,
        ),
      'and the place of a Socket.IO client, too',
    );
    expect(await refusalOf(engine, session)).toBe(4409);
  });
});

describe('a token', () => {
  test('of one replica opens one socket of all, wherever it is shown', async () => {
    const { cookie } = await engine.signUp();
    const { body } = await engine.request('GET', '/api/auth/token', { cookie });
    const { token } = body.data as { token: string };
    const path = `/api/socket?token=${token}`;
    clients.push(await connectPlain(second.port, { path }));
    for (const { port } of cluster.apps)
      expect(await openPlain(port, { path }).closed).toEqual({ code: 4401, reason: 'INVALID_SESSION' });
  });
});

test('a logout on one replica closes the plain sockets of the session on all, beside its Socket.IO clients', async () => {
  const [session, stranger] = [await engine.signUp(), await engine.signUp()];
  const leaving = await Promise.all(cluster.apps.map((app) => connect(app, session)));
  const staying = await Promise.all(cluster.apps.map((app) => connect(app, stranger)));
  const socket = await third.connect(session);
  const revoked = next(socket, 'session:revoked');
  await second.request('POST', '/api/auth/logout', { cookie: session.cookie });
  for (const client of leaving) {
    expect(await client.closed).toEqual({ code: 4401, reason: 'revoked' });
    expect(client.messages('session_revoked')).toEqual([{ type: 'session_revoked', reason: 'logout' }]);
  }
  expect(await revoked).toEqual({ reason: 'logout' });
  for (const client of staying) {
    client.send('ping');
    await until(() => client.texts.includes('pong'), 'a stranger is served');
  }
});
