import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { TestApp } from '../../../rig/app.ts';
import { ask } from '../../../rig/clients/ask.ts';
import { next } from '../../../rig/clients/stock-client.ts';
import { until } from '../../../rig/wait.ts';
import type { Bus } from '../../../src/domain/bus/bus.ts';
import type { CandlePayload } from '../../../src/protocol/market.ts';
import { startCluster, type TestCluster } from '../../support/cluster.ts';

let cluster: TestCluster;
let engine: TestApp;
let other: TestApp;
let deaf = false;
const deafened = (bus: Bus): Bus => ({
  ...bus,
  subscribe: (topic, listener) =>
    bus.subscribe(topic, (message) => {
      if (topic.name !== 'candles' || !deaf) listener(message);
    }),
});
beforeAll(async () => {
  cluster = await startCluster({ replicas: 1 });
  engine = cluster.apps[0]!;
  other = await cluster.join({ wrap: { bus: deafened } });
});
afterAll(() => cluster.close());

const candlesAt = async (app: TestApp, symbol = 'AAPL') => {
  const { cookie } = await app.signUp();
  return app.request('GET', `/api/candles?symbol=${symbol}`, { cookie });
};

test('every replica answers with the candles of the engine', async () => {
  const socket = await other.connect(await other.signUp());
  await ask(socket, 'subscribe:watchlist', ['AAPL']);
  await until(() => engine.market.wanted().has('AAPL'), 'AAPL is wanted');
  for (const price of [100, 103, 99, 101]) cluster.tick('AAPL', price);
  await next(socket, 'quote:update', ({ price }) => price === 101);
  const [there, here] = [await candlesAt(engine), await candlesAt(other)];
  expect(here).toMatchObject({ status: 200 });
  const candles = here.body.data as CandlePayload[];
  expect(Math.max(...candles.map(({ high }) => high))).toBe(103);
  expect(candles.reduce((sum, { volume }) => sum + volume, 0)).toBe(400);
  expect(here.body.data).toEqual(there.body.data);
});

test('without an answer of the engine the reply says when to ask again and does not pretend an empty day', async () => {
  deaf = true;
  const answer = await candlesAt(other, 'MSFT');
  deaf = false;
  expect(answer).toMatchObject({
    status: 503,
    body: { code: 'UNAVAILABLE', retryAfterMs: expect.any(Number) },
  });
  expect(answer.headers.get('retry-after')).not.toBeNull();
  expect(await candlesAt(other, 'MSFT')).toMatchObject({ status: 200 });
});
