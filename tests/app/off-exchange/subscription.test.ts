import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { startApp, type TestApp } from '../../../rig/app.ts';
import { ask, type ClientSocket } from '../../../rig/clients/ask.ts';
import { next } from '../../../rig/clients/stock-client.ts';
import { until } from '../../../rig/wait.ts';
import type { DarkpoolPayload } from '../../../src/protocol/darkpool.ts';

let app: TestApp;
let session: Awaited<ReturnType<TestApp['signUp']>>;
beforeAll(async () => {
  app = await startApp();
  session = await app.signUp();
  for (const symbol of ['AAPL', 'MSFT']) app.market.print(symbol, 100, 10);
  await until(async () => {
    const { body } = await app.request('GET', '/api/darkpool/sentiment', { cookie: session.cookie });
    return (body.data as unknown as unknown[]).length === 2;
  }, 'both have totals');
});
afterAll(() => app.close());

const sockets: ClientSocket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.disconnect();
});

/** A connection, and every update that it has received. */
async function connect(): Promise<{ socket: ClientSocket; updates: DarkpoolPayload[] }> {
  const socket = await app.connect(session);
  sockets.push(socket);
  const updates: DarkpoolPayload[] = [];
  socket.on('darkpool:update', (update: DarkpoolPayload) => updates.push(update));
  return { socket, updates };
}
const symbolsOf = (updates: readonly DarkpoolPayload[]): Set<string> =>
  new Set(updates.map(({ symbol }) => symbol));

test('names that are unsubscribed have no more updates, the others go on', async () => {
  const { socket, updates } = await connect();
  await ask(socket, 'subscribe:darkpool', ['AAPL', 'MSFT']);
  await until(() => symbolsOf(updates).size === 2, 'the rows arrive');
  expect(await ask(socket, 'unsubscribe:darkpool', ['AAPL'])).toMatchObject({
    type: 'darkpool',
    symbols: ['AAPL'],
  });
  updates.length = 0;
  app.market.print('AAPL', 100, 1);
  const last = next(socket, 'darkpool:update', ({ symbol, prints }) => symbol === 'MSFT' && prints > 1);
  app.market.print('MSFT', 100, 1);
  await last;
  expect(symbolsOf(updates)).toEqual(new Set(['MSFT']));
});

test('without names nothing is left, and a symbol with its first print is followed no more', async () => {
  const { socket, updates } = await connect();
  await ask(socket, 'subscribe:darkpool');
  await until(() => symbolsOf(updates).size === 2, 'the rows arrive');
  expect(await ask(socket, 'unsubscribe:darkpool')).toMatchObject({
    symbols: expect.arrayContaining(['AAPL', 'MSFT']),
  });
  updates.length = 0;
  for (const symbol of ['AAPL', 'NVDA']) app.market.print(symbol, 100, 1);
  const nvda = next(socket, 'darkpool:update', ({ symbol }) => symbol === 'NVDA');
  await until(async () => {
    const { body } = await app.request('GET', '/api/darkpool/sentiment', { cookie: session.cookie });
    return (body.data as unknown as unknown[]).length === 3;
  }, 'the third has a total');
  await ask(socket, 'subscribe:darkpool', ['NVDA']);
  await nvda;
  expect(symbolsOf(updates)).toEqual(new Set(['NVDA']));
});

test.each([
  ['subscribe:darkpool', ['NOBODY'], 'UNKNOWN_SYMBOL'],
  ['subscribe:darkpool', { symbols: [] }, 'VALIDATION'],
  ['unsubscribe:darkpool', 7, 'VALIDATION'],
] as const)('%s with %p is refused: %s', async (command, payload, code) => {
  const { socket } = await connect();
  const refused = next(socket, 'error', () => true);
  socket.emit(command, payload as never);
  expect(await refused).toMatchObject({ code });
});

test('totals whose prints arrive are never called stale, neither at first nor after a restart', async () => {
  const { socket, updates } = await connect();
  await ask(socket, 'subscribe:darkpool');
  await until(() => symbolsOf(updates).size === 3, 'the rows arrive');
  await app.stop();
  app = await startApp({ market: app.market, dataDir: app.dataDir });
  const again = await connect();
  await ask(again.socket, 'subscribe:darkpool');
  const last = next(again.socket, 'darkpool:update', ({ symbol, prints }) => symbol === 'AAPL' && prints > 3);
  app.market.print('AAPL', 100, 1);
  await last;
  expect(new Set([...updates, ...again.updates].map(({ state }) => state))).toEqual(new Set(['simulated']));
});
