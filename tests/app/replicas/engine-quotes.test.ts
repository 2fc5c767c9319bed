import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { TestApp } from '../../../rig/app.ts';
import { ask } from '../../../rig/clients/ask.ts';
import { next } from '../../../rig/clients/stock-client.ts';
import { until } from '../../../rig/wait.ts';
import type { Bus } from '../../../src/domain/bus/bus.ts';
import { startCluster, type TestCluster } from '../../support/cluster.ts';

let cluster: TestCluster;
/** A replica that receives no more of these topics. */
const deaf = { quotes: false, candles: false };
const deafened = (bus: Bus): Bus => ({
  ...bus,
  subscribe: (topic, listener) =>
    bus.subscribe(topic, (message) => {
      if (!deaf[topic.name as keyof typeof deaf]) listener(message);
    }),
});
let engine: TestApp;
let other: TestApp;
beforeAll(async () => {
  cluster = await startCluster({ replicas: 1 });
  engine = cluster.apps[0]!;
  other = await cluster.join({ wrap: { bus: deafened } });
});
afterAll(() => cluster.close());

async function watch(app: TestApp, ...symbols: string[]) {
  const socket = await app.connect(await app.signUp());
  await ask(socket, 'subscribe:watchlist', symbols);
  await until(() => symbols.every((symbol) => engine.market.wanted().has(symbol)), `${symbols} are wanted`);
  return socket;
}

test('a symbol that does not move is shown on a replica that has missed its last change', async () => {
  const socket = await watch(other, 'AAPL', 'MSFT');
  cluster.tick('AAPL', 100);
  cluster.tick('MSFT', 400);
  await next(socket, 'quote:update', ({ symbol, price }) => symbol === 'MSFT' && price === 400);

  deaf.quotes = true;
  const seen = await watch(engine, 'AAPL');
  cluster.tick('AAPL', 101);
  await next(seen, 'quote:update', ({ price }) => price === 101);
  deaf.quotes = false;
  // Nothing moves any more; the engine's own sign of life shows the hole.
  await next(socket, 'quote:update', ({ symbol, price }) => symbol === 'AAPL' && price === 101);
});

test('a replica that joins gets the quotes that have not moved since before', async () => {
  const keeper = await watch(engine, 'TSLA');
  cluster.tick('TSLA', 250);
  await next(keeper, 'quote:update', ({ price }) => price === 250);
  const late = await cluster.join();
  const socket = await late.connect(await late.signUp());
  const shown = next(socket, 'quote:update', ({ symbol }) => symbol === 'TSLA');
  await ask(socket, 'subscribe:watchlist', ['TSLA']);
  expect(await shown).toMatchObject({ price: 250, state: 'simulated' });
});

test('a quote after Redis was away is the latest, though it moved only meanwhile', async () => {
  const socket = await watch(other, 'JPM');
  cluster.tick('JPM', 150);
  await next(socket, 'quote:update', ({ price }) => price === 150);
  await cluster.redis.kill();
  cluster.tick('JPM', 151);
  const latest = next(
    socket,
    'quote:update',
    ({ symbol, price, state }) => symbol === 'JPM' && price === 151 && state === 'simulated',
  );
  await cluster.redis.restart();
  await latest;
});
