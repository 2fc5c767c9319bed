import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { startApp, type TestApp } from '../../rig/app.ts';
import { ask } from '../../rig/clients/ask.ts';
import { collect, next } from '../../rig/clients/stock-client.ts';
import { createTestClock, type TestClock } from '../../rig/clock.ts';
import { createScriptedMarket, type ScriptedMarket } from '../../rig/stand-ins/scripted-market.ts';
import { until } from '../../rig/wait.ts';
import { newYorkDay } from '../../src/protocol/new-york.ts';
import type { PortfolioPayload } from '../../src/protocol/portfolio.ts';

let clock: TestClock;
let market: ScriptedMarket;
let app: TestApp;
beforeEach(async () => {
  clock = createTestClock();
  market = createScriptedMarket(undefined, clock.now);
  // Five minutes before midnight in New York, however far that is.
  clock.advance(newYorkDay(clock.now()).end - 5 * 60_000 - clock.now());
  app = await startApp({ clock, market });
});
afterEach(() => app.close());

/** Second by second, each after the database has answered: after a jump the lease would be over. */
async function passMidnight(cookie: string): Promise<void> {
  const { end } = newYorkDay(clock.now());
  while (clock.now() < end) {
    clock.advance(1_000);
    await app.request('GET', '/api/portfolio', { cookie });
  }
}

test('a split turns shares, orders and prices at midnight, and the fraction is sold at the first price after it', async () => {
  const { end } = newYorkDay(clock.now());
  const day = newYorkDay(end).date;
  market.split({ symbol: 'MSFT', day, from: 10, to: 1 });
  const session = await app.signUp();
  const socket = await app.connect(session);
  const adjusted = collect(socket, 'position:adjusted');
  await ask(socket, 'subscribe:trades');
  await ask(socket, 'subscribe:watchlist', ['MSFT']);
  await until(() => market.wanted().has('MSFT'), 'MSFT is wanted');
  const quoted = next(socket, 'quote:update', ({ ask: offered }) => offered === 10);
  market.previousClose('MSFT', 9);
  market.tick('MSFT', 10, { bid: 9.99, ask: 10 });
  await quoted;
  const bought = next(socket, 'trade:executed');
  const order = { symbol: 'MSFT', timeInForce: 'gtc' } as const;
  await ask(socket, 'order:place', {
    ...order,
    side: 'buy',
    type: 'market',
    quantity: 25,
    clientOrderId: 'b',
  });
  await bought;
  const sell = {
    ...order,
    side: 'sell',
    type: 'limit',
    quantity: 20,
    limitPrice: 10.5,
    clientOrderId: 's',
  } as const;
  await ask(socket, 'order:place', sell);
  const stop = {
    ...order,
    side: 'buy',
    type: 'stop',
    quantity: 10,
    stopPrice: 10.4,
    clientOrderId: 'w',
  } as const;
  await ask(socket, 'order:place', stop);
  const before = await portfolioOf(session.cookie);

  const turned = next(socket, 'quote:update', ({ previousClose }) => previousClose === 100);
  const shown = collect(socket, 'portfolio:update');
  await ask(socket, 'subscribe:portfolio');
  await passMidnight(session.cookie);
  expect(await turned).toMatchObject({ symbol: 'MSFT', price: 100, change: 0 });
  await until(() => adjusted.length === 1, 'the position is adjusted');
  expect(adjusted[0]?.payload).toMatchObject({
    quantityBefore: 25,
    quantityAfter: 2.5,
    cash: 0,
    reason: 'split',
  });
  const after = await portfolioOf(session.cookie);
  expect(after).toMatchObject({
    totalValue: before.totalValue,
    positions: [{ quantity: 2.5, price: 100 }],
    dayChange: 0,
  });
  const values = shown.map(({ payload }) => (payload as PortfolioPayload).totalValue);
  expect(new Set(values)).toEqual(new Set([before.totalValue]));
  const orders = await app.request('GET', '/api/orders', { cookie: session.cookie });
  expect(orders.body.data).toMatchObject([
    { side: 'buy', quantity: 1, stopPrice: 104, status: 'working' },
    { side: 'sell', quantity: 2, limitPrice: 105, status: 'working' },
    { side: 'buy', quantity: 25 },
  ]);

  market.tick('MSFT', 102);
  await until(() => adjusted.length === 2, 'the fraction is sold');
  expect(adjusted[1]?.payload).toMatchObject({ quantityBefore: 2.5, quantityAfter: 2, cash: 51 });
  const trades = collect(socket, 'trade:executed');
  market.tick('MSFT', 105.5);
  await until(() => trades.length === 2, 'the stop has woken, and the limit is reached');
  expect(trades.map(({ payload }) => payload)).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ side: 'sell', quantity: 2, price: 105.49 }),
      expect.objectContaining({ side: 'buy', quantity: 1, price: 105.51 }),
    ]),
  );
});

test('a restart between a split and the sale of its fraction applies the split no second time and sells it', async () => {
  const { end } = newYorkDay(clock.now());
  market.split({ symbol: 'MSFT', day: newYorkDay(end).date, from: 10, to: 1 });
  const session = await app.signUp();
  const socket = await app.connect(session);
  await ask(socket, 'subscribe:trades');
  await ask(socket, 'subscribe:watchlist', ['MSFT']);
  await until(() => market.wanted().has('MSFT'), 'MSFT is wanted');
  const quoted = next(socket, 'quote:update', ({ ask: offered }) => offered === 10);
  market.tick('MSFT', 10, { bid: 9.99, ask: 10 });
  await quoted;
  const bought = next(socket, 'trade:executed');
  const order = { symbol: 'MSFT', side: 'buy', type: 'market', quantity: 25, clientOrderId: 'b' } as const;
  await ask(socket, 'order:place', order);
  await bought;
  const adjusted = next(socket, 'position:adjusted');
  await passMidnight(session.cookie);
  expect(await adjusted).toMatchObject({ quantityAfter: 2.5 });

  await app.stop();
  app = await startApp({ clock, market, dataDir: app.dataDir });
  expect(await portfolioOf(session.cookie)).toMatchObject({ cash: 99_750, positions: [{ quantity: 2.5 }] });
  const again = await app.connect(session);
  await ask(again, 'subscribe:trades');
  await until(() => market.wanted().has('MSFT'), 'MSFT is wanted again');
  const sold = next(again, 'position:adjusted', ({ quantityAfter }) => quantityAfter === 2);
  // The engine that has begun reads which fractions there are.
  const ticks = setInterval(() => market.tick('MSFT', 102), 50);
  expect(await sold).toMatchObject({ quantityBefore: 2.5, cash: 51 });
  clearInterval(ticks);
  const after = await portfolioOf(session.cookie);
  expect(after).toMatchObject({ cash: 99_801, positions: [{ quantity: 2, averagePrice: 100 }] });
});

const portfolioOf = async (cookie: string): Promise<PortfolioPayload> =>
  (await app.request('GET', '/api/portfolio', { cookie })).body.data as PortfolioPayload;

test('shares that were bought yesterday begin the day without a loss, and purchases go on', async () => {
  const session = await app.signUp();
  const socket = await app.connect(session);
  await ask(socket, 'subscribe:trades');
  await ask(socket, 'subscribe:watchlist', ['AAPL']);
  await until(() => market.wanted().has('AAPL'), 'AAPL is wanted');
  market.previousClose('AAPL', 200);
  const quoted = next(socket, 'quote:update', ({ ask: offered }) => offered === 110);
  market.tick('AAPL', 110, { bid: 109.99, ask: 110 });
  await quoted;
  const bought = next(socket, 'trade:executed');
  const order = { symbol: 'AAPL', side: 'buy', type: 'market' } as const;
  await ask(socket, 'order:place', { ...order, clientOrderId: 'friday', quantity: 150 });
  expect(await bought).toMatchObject({ quantity: 150, price: 110 });
  market.tick('AAPL', 111);

  const turned = next(socket, 'quote:update', ({ previousClose }) => previousClose === 111);
  await passMidnight(session.cookie);
  expect(await turned).toMatchObject({ price: 111, change: 0, changePercent: 0, volume: 0 });
  const portfolio = await app.request('GET', '/api/portfolio', { cookie: session.cookie });
  expect(portfolio.body.data).toMatchObject({ dayChange: 0, positions: [{ quantity: 150, dayChange: 0 }] });

  const moved = next(socket, 'quote:update', ({ price }) => price === 111.1);
  market.tick('AAPL', 111.1);
  await moved;
  const answer = await ask(socket, 'order:place', { ...order, clientOrderId: 'monday', quantity: 10 });
  expect(answer).toMatchObject({ ok: true, order: { status: 'accepted' } });

  // Upstream's own previous close takes the place of ours.
  const official = next(socket, 'quote:update', ({ previousClose }) => previousClose === 111.5);
  market.previousClose('AAPL', 111.5);
  expect(await official).toMatchObject({ change: -0.4 });
});
