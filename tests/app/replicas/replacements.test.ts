import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { SignedIn, TestApp } from '../../../rig/app.ts';
import type { ClientSocket } from '../../../rig/clients/ask.ts';
import { PASSWORD } from '../../../rig/clients/http-client.ts';
import { connected, next, openSocket } from '../../../rig/clients/stock-client.ts';
import { startTcpProxy, type TcpProxy } from '../../../rig/stand-ins/tcp-proxy.ts';
import { until } from '../../../rig/wait.ts';
import { startCluster, type TestCluster } from '../../support/cluster.ts';
import { settled } from '../../support/settled.ts';

const TABS = 5;

let cluster: TestCluster;
let line: TcpProxy;
const opened: ClientSocket[] = [];
beforeAll(async () => {
  cluster = await startCluster({ replicas: 2, app: { env: { RATE_LIMITS: 'connect=10000/60' } } });
  await settled(cluster);
});
afterEach(async () => {
  for (const socket of opened.splice(0)) socket.disconnect();
  await line.close();
});
afterAll(() => cluster.close());

interface Tab {
  readonly socket: ClientSocket;
  readonly secret: string;
}
/** A tab over the line, or straight to a replica. */
async function openTab(port: number, { sessionID }: SignedIn, replaces?: string): Promise<Tab> {
  const socket = openSocket(`http://127.0.0.1:${port}`, { auth: { sessionID, replaces } });
  opened.push(socket);
  const greeting = next(socket, 'connected');
  greeting.catch(() => {});
  await connected(socket);
  return { socket, secret: (await greeting).secret };
}
const codeOf = (attempt: Promise<Tab>): Promise<string> =>
  attempt.then(
    () => 'in',
    (error: { data?: { code: string } }) => error.data?.code ?? String(error),
  );

async function fiveTabs(app: TestApp): Promise<{ session: SignedIn; tabs: Tab[] }> {
  line = await startTcpProxy(app.port);
  const session = await app.signUp();
  const tabs: Tab[] = [];
  for (let count = 0; count < TABS; count++) tabs.push(await openTab(line.port, session));
  return { session, tabs };
}

describe.each([
  ['the same replica', 0],
  ['another replica', 1],
])('five tabs whose line died without a word', (where, to) => {
  test(`come back to ${where} within seconds, each in its own place, and there is no sixth`, async () => {
    const [app, target] = [cluster.apps[0]!, cluster.apps[to]!];
    const { session, tabs } = await fiveTabs(app);
    line.silence();
    const diedAt = Date.now();
    const back = await Promise.all(
      tabs.map(async ({ secret }) => {
        let tab: Tab | null = null;
        await until(async () => {
          tab = await openTab(target.port, session, secret).catch(() => null);
          return tab !== null;
        }, 'the tab is back');
        return tab as unknown as Tab;
      }),
    );
    expect(Date.now() - diedAt).toBeLessThan(15_000);
    expect(new Set(back.map(({ secret }) => secret)).size).toBe(TABS);
    expect(await codeOf(openTab(target.port, session))).toBe('TOO_MANY_CONNECTIONS');
    // The secret of a connection that has ended names nothing any more.
    expect(await codeOf(openTab(target.port, session, tabs[0]!.secret))).toBe('TOO_MANY_CONNECTIONS');
  });
});

/** Resolves when the tab whose line is dead has its place again: it has been silent for long enough. */
const isBack = (port: number, session: SignedIn, { secret }: Tab): Promise<void> =>
  until(async () => (await codeOf(openTab(port, session, secret))) === 'in', 'the tab is back');

test('a tab that lives keeps its place, whoever names it, also after it has been idle for as long', async () => {
  const [one, two] = cluster.apps as [TestApp, TestApp];
  const { session, tabs } = await fiveTabs(one);
  const [dead, left] = tabs as [Tab, Tab];
  left.socket.disconnect();
  let live: Tab | null = null;
  await until(async () => {
    live = await openTab(one.port, session).catch(() => null);
    return live !== null;
  }, 'the place of the one that left is free');
  const { socket, secret } = live as unknown as Tab;
  line.silence();
  await isBack(two.port, session, dead);
  for (const { port } of [one, two])
    expect(await codeOf(openTab(port, session, secret))).toBe('TOO_MANY_CONNECTIONS');
  expect(socket.connected).toBe(true);
});

test('the secret of one session is worth nothing to another of the same user', async () => {
  const [one, two] = cluster.apps as [TestApp, TestApp];
  const { session, tabs } = await fiveTabs(one);
  const [first, second] = tabs as [Tab, Tab];
  const { username } = session.user;
  const signedIn = await two.request('POST', '/api/auth/login', { body: { username, password: PASSWORD } });
  const { sessionID } = signedIn.body.data as { sessionID: string };
  line.silence();
  await isBack(two.port, session, first);
  const other = { ...session, sessionID };
  expect(await codeOf(openTab(two.port, other, second.secret))).toBe('TOO_MANY_CONNECTIONS');
  expect(await codeOf(openTab(two.port, session, second.secret))).toBe('in');
});

test('a replaced connection whose line comes back is told so, and stays away', async () => {
  const { session, tabs } = await fiveTabs(cluster.apps[0]!);
  const [first] = tabs as [Tab];
  const told: string[] = [];
  first.socket.on('session:replaced', () => told.push('replaced'));
  first.socket.on('disconnect', (reason) => told.push(reason));
  line.stall();
  await isBack(cluster.apps[0]!.port, session, first);
  line.heal();
  await until(() => told.length === 2, 'it is told');
  expect(told).toEqual(['replaced', 'io server disconnect']);
});
