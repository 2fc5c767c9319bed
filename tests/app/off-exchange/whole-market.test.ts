/** The whole service with every trade of the market on the line. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { TestApp } from '../../../rig/app.ts';
import { ask } from '../../../rig/clients/ask.ts';
import { next } from '../../../rig/clients/stock-client.ts';
import { type MassiveStandIn, startMassiveStandIn } from '../../../rig/stand-ins/massive/stand-in.ts';
import { until } from '../../../rig/wait.ts';
import type { DarkpoolDay, DarkpoolScope, SentimentRow } from '../../../src/protocol/darkpool.ts';
import type { WebSocketHealthPayload } from '../../../src/protocol/health-payloads.ts';
import { MASSIVE_KEY, startMassiveApp } from '../../support/massive-app.ts';

let upstream: MassiveStandIn;
let app: TestApp;
let session: Awaited<ReturnType<TestApp['signUp']>>;
beforeAll(async () => {
  upstream = await startMassiveStandIn(MASSIVE_KEY);
  upstream.behaviour.rest = ({ searchParams }) => ({
    body: { status: 'OK', results: [{ ticker: searchParams.get('ticker') ?? 'ZM', name: 'A stock' }] },
  });
  app = await startMassiveApp(upstream, { DARKPOOL_SYMBOLS: '*' });
  session = await app.signUp();
  await upstream.until(() => topics().has('T.*'));
});
afterAll(async () => {
  await app.close();
  await upstream.close();
});

const topics = (): ReadonlySet<string> => upstream.connections.at(-1)?.topics ?? new Set();
const send = (...events: object[]): void => upstream.connections.at(-1)!.send(events);
let number = 0;
const trade = (sym: string, fields: object = {}) => {
  number += 1;
  const t = Date.now();
  return { ev: 'T', sym, i: String(number), x: 11, p: 10, s: 100, t, q: number, z: 3, ...fields };
};
const print = (sym: string, fields: object = {}) =>
  trade(sym, { x: 4, trfi: 202, pt: Date.now(), ...fields });
const get = async <T>(route: string): Promise<T> =>
  (await app.request('GET', route, { cookie: session.cookie })).body.data as T;
const rowOf = async (ticker: string): Promise<SentimentRow | undefined> =>
  (await get<readonly SentimentRow[]>('/api/darkpool/sentiment')).find((row) => row.ticker === ticker);

test('prints of symbols that nobody watches are summed, and those without quotes are unknown', async () => {
  await upstream.until(() => topics().has('Q.SPY'));
  expect([...topics()].some((topic) => topic.startsWith('T.') && topic !== 'T.*')).toBe(false);
  send({ ev: 'Q', sym: 'SPY', bp: 9.9, ap: 10, t: Date.now() - 10, q: 1 });
  send(print('SPY'), print('ZM'), trade('ZM'));
  await until(async () => (await rowOf('ZM')) !== undefined, 'they are counted');
  expect(await rowOf('SPY')).toMatchObject({ bullish_amount: '1000.00', unknown_amount: '0.00' });
  expect(await rowOf('ZM')).toMatchObject({ bullish_amount: '0.00', unknown_amount: '1000.00' });
});

test('the heaviest have quotes upstream, and their totals are live though nobody watches them', async () => {
  await upstream.until(() => topics().has('Q.ZM'));
  expect([...topics()].some((topic) => topic === 'A.ZM')).toBe(false);
  send({ ev: 'Q', sym: 'ZM', bp: 10, ap: 10.1, t: Date.now() - 10, q: 2 });
  const socket = await app.connect(session);
  // A feed that was silent for a while is live again with the quote.
  const live = next(socket, 'darkpool:update', ({ symbol, state }) => symbol === 'ZM' && state === 'live');
  await ask(socket, 'subscribe:darkpool');
  await live;
  const states: string[] = [];
  socket.on('darkpool:update', ({ state }: { state: string }) => states.push(state));
  const update = next(socket, 'darkpool:update', ({ symbol, bearish }) => symbol === 'ZM' && bearish > 0);
  send(print('ZM'));
  expect(await update).toMatchObject({ bearish: 1_000, unknown: 1_000, state: 'live' });
  expect(states).not.toContain('stale');
});

test('trades on exchanges that nobody follows are shed, and health, page data and metrics say so', async () => {
  const shed: DarkpoolScope = {
    symbols: '*',
    quoted: expect.any(Number) as unknown as number,
    shedTrades: 2,
    shedAt: expect.any(String) as unknown as string,
  };
  send(trade('GME'));
  await until(
    async () => (await get<DarkpoolDay>('/api/darkpool/ZM')).scope?.shedTrades === 2,
    'the engine has said so',
  );
  expect((await get<DarkpoolDay>('/api/darkpool/ZM')).scope).toEqual(shed);
  const health = (await app.request('GET', '/health/websocket')).body as unknown as WebSocketHealthPayload;
  expect(health.offExchange).toEqual(shed);
  const metrics = await fetch(`${app.url}/metrics`).then((answer) => answer.text());
  expect(metrics).toContain('tradecast_off_exchange_shed_trades_total 2');
});

test('while upstream is away the totals say that prints may be missing', async () => {
  const socket = await app.connect(session);
  await ask(socket, 'subscribe:darkpool', ['SPY']);
  const stale = next(socket, 'darkpool:update', ({ state }) => state === 'stale');
  upstream.behaviour.mute = true;
  upstream.connections.at(-1)!.drop();
  expect(await stale).toMatchObject({ symbol: 'SPY', bullish: 1_000 });
  upstream.behaviour.mute = false;
});
