import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { TestApp } from '../../../rig/app.ts';
import { ask } from '../../../rig/clients/ask.ts';
import { next } from '../../../rig/clients/stock-client.ts';
import { until } from '../../../rig/wait.ts';
import type { Bus } from '../../../src/domain/bus/bus.ts';
import type { SentimentRow } from '../../../src/protocol/darkpool.ts';
import { startCluster, type TestCluster } from '../../support/cluster.ts';

let cluster: TestCluster;
let engine: TestApp;
let other: TestApp;
let session: Awaited<ReturnType<TestApp['signUp']>>;
/** The other replica receives no totals. */
let isDeaf = false;
const deafened = (bus: Bus): Bus => ({
  ...bus,
  subscribe: (topic, listener) =>
    bus.subscribe(topic, (message) => {
      if (!isDeaf || topic.name !== 'off-exchange') listener(message);
    }),
});

beforeAll(async () => {
  cluster = await startCluster({ replicas: 1, app: { env: { DARKPOOL_SYMBOLS: 'watched' } } });
  engine = cluster.apps[0]!;
  other = await cluster.join({ wrap: { bus: deafened } });
  session = await engine.signUp();
  await until(() => engine.market.wanted().has('AAPL'), 'the featured symbols are wanted');
});
afterAll(() => cluster.close());

async function rowsOf(app: TestApp): Promise<readonly SentimentRow[]> {
  const { body } = await app.request('GET', '/api/darkpool/sentiment', { cookie: session.cookie });
  return body.data as unknown as readonly SentimentRow[];
}

test('every replica shows the same totals', async () => {
  const socket = await other.connect(session);
  await ask(socket, 'subscribe:darkpool');
  engine.market.tick('AAPL', 100);
  const last = next(socket, 'darkpool:update', ({ prints, state }) => prints === 50 && state !== 'stale');
  for (let index = 0; index < 50; index++) engine.market.print('AAPL', 100.01, 3);
  expect(await last).toMatchObject({ symbol: 'AAPL', bullish: 15_001.5, state: 'simulated' });
  expect(await rowsOf(other)).toEqual(await rowsOf(engine));
});

test('a replica that missed the last print has it a second later', async () => {
  isDeaf = true;
  engine.market.tick('MSFT', 400);
  engine.market.print('MSFT', 399.99, 10);
  await until(async () => (await rowsOf(engine)).some(({ ticker }) => ticker === 'MSFT'), 'it is counted');
  isDeaf = false;
  await until(async () => (await rowsOf(other)).some(({ ticker }) => ticker === 'MSFT'), 'the other asked');
  expect(await rowsOf(other)).toEqual(await rowsOf(engine));
});

test('a replica that joins has the totals of before', async () => {
  const late = await cluster.join();
  await until(async () => (await rowsOf(late)).length === 2, 'it asked for them');
  expect(await rowsOf(late)).toEqual(await rowsOf(engine));
});

test('the next engine goes on from the totals of the last one', async () => {
  const before = await rowsOf(engine);
  await engine.stop();
  const next = cluster.apps.slice(1);
  await until(() => next.some(({ market }) => market.starts() > 0), 'another replica is the engine');
  await until(async () => (await rowsOf(other)).length === 2, 'it has the totals');
  expect(await rowsOf(other)).toEqual(before);
  for (const { market } of next) market.print('AAPL', 100.01, 1, { sequence: 9_000_000 });
  await until(
    async () => (await rowsOf(other)).some(({ unknown_amount }) => unknown_amount === '100.01'),
    'the next print is added',
  );
});
