/** Orders of before a split, while nobody has said that there is one. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { startApp, type TestApp } from '../../rig/app.ts';
import { ask, type ClientSocket } from '../../rig/clients/ask.ts';
import { collect, next } from '../../rig/clients/stock-client.ts';
import { createTestClock, type TestClock } from '../../rig/clock.ts';
import { createScriptedMarket, type ScriptedMarket } from '../../rig/stand-ins/scripted-market.ts';
import { until } from '../../rig/wait.ts';
import type { WebSocketHealthPayload } from '../../src/protocol/health-payloads.ts';
import { newYorkDay } from '../../src/protocol/new-york.ts';

const TEN_HOURS_MS = 10 * 3_600_000;
let clock: TestClock;
let market: ScriptedMarket;
let app: TestApp;
/** Whether the calendar answers, and how often it was asked. */
let isAway: boolean;
let questions: number;

/** A market whose calendar may be away. */
function createMarket(): ScriptedMarket {
  const scripted = createScriptedMarket(undefined, clock.now);
  return {
    ...scripted,
    splits: {
      async splits(...question) {
        questions += 1;
        if (isAway) throw new Error('504');
        return scripted.splits.splits(...question);
      },
    },
  };
}

beforeEach(async () => {
  isAway = false;
  questions = 0;
  clock = createTestClock();
  market = createMarket();
  // Five minutes before midnight in New York, however far that is.
  clock.advance(newYorkDay(clock.now()).end - 5 * 60_000 - clock.now());
  app = await startApp({ clock, market });
});
afterEach(() => app.close());

type Session = Awaited<ReturnType<TestApp['signUp']>>;

const problemsOf = async (): Promise<unknown> =>
  ((await app.request('GET', '/health/websocket')).body as unknown as WebSocketHealthPayload).problems;

const ordersOf = async ({ cookie }: Session): Promise<unknown> =>
  (await app.request('GET', '/api/orders', { cookie })).body.data;

async function follow(session: Session): Promise<ClientSocket> {
  const socket = await app.connect(session);
  await ask(socket, 'subscribe:trades');
  await ask(socket, 'subscribe:watchlist', ['MSFT']);
  await until(() => market.wanted().has('MSFT'), 'MSFT is wanted');
  return socket;
}

async function show(socket: ClientSocket, price: number): Promise<void> {
  const quoted = next(socket, 'quote:update', (quote) => quote.price === price);
  market.tick('MSFT', price);
  await quoted;
}

/** 50 shares at 100, to be sold at 104. */
async function buyAndOffer(socket: ClientSocket): Promise<void> {
  await show(socket, 99.99);
  const bought = next(socket, 'trade:executed');
  const order = { symbol: 'MSFT', quantity: 50, timeInForce: 'gtc' } as const;
  await ask(socket, 'order:place', { ...order, side: 'buy', type: 'market', clientOrderId: 'b' });
  await bought;
  const sell = { ...order, side: 'sell', type: 'limit', limitPrice: 104, clientOrderId: 's' } as const;
  await ask(socket, 'order:place', sell);
}

/** Second by second, each after the database has answered: after a jump the lease would be over. */
async function passSeconds(seconds: number, session: Session): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    clock.advance(1_000);
    await ordersOf(session);
  }
}

/** The order waits at ten times the price, and follows the split when the calendar answers. */
async function expectPatience(socket: ClientSocket, session: Session): Promise<void> {
  const trades = collect(socket, 'trade:executed');
  const adjusted = next(socket, 'position:adjusted');
  await show(socket, 1_000);
  await until(() => questions > 0, 'the calendar is asked');
  await passSeconds(3, session);
  await show(socket, 1_001);
  await passSeconds(3, session);
  expect(await ordersOf(session)).toMatchObject([{ side: 'sell', status: 'working' }, { side: 'buy' }]);
  expect(await problemsOf()).toEqual(['The source of splits does not answer: orders in one share wait.']);

  isAway = false;
  await passSeconds(61, session);
  expect(await problemsOf()).toEqual([]);
  expect(await adjusted).toMatchObject({ quantityBefore: 50, quantityAfter: 5 });
  await show(socket, 1_002);
  expect(await ordersOf(session)).toMatchObject([
    { side: 'sell', quantity: 5, limitPrice: 1_040, status: 'working' },
    { side: 'buy' },
  ]);
  expect(trades).toEqual([]);
  const sold = next(socket, 'trade:executed');
  market.tick('MSFT', 1_041);
  expect(await sold).toMatchObject({ side: 'sell', quantity: 5, price: 1_040.99 });
}

test('after a restart over a split an order waits until the calendar answers', async () => {
  const { end } = newYorkDay(clock.now());
  const session = await app.signUp();
  await buyAndOffer(await follow(session));
  await app.stop();

  clock.advance(end - clock.now() + TEN_HOURS_MS);
  [isAway, questions] = [true, 0];
  market = createMarket();
  market.split({ symbol: 'MSFT', day: newYorkDay(end).date, from: 10, to: 1 });
  app = await startApp({ clock, market, dataDir: app.dataDir });
  await expectPatience(await follow(session), session);
});

test('where the calendar is away at midnight, orders wait for its answer', async () => {
  const { end } = newYorkDay(clock.now());
  const session = await app.signUp();
  const socket = await follow(session);
  await buyAndOffer(socket);
  [isAway, questions] = [true, 0];
  market.split({ symbol: 'MSFT', day: newYorkDay(end).date, from: 10, to: 1 });
  await passSeconds((end - clock.now()) / 1_000, session);
  await expectPatience(socket, session);
});

test('a fraction is sold at no price that came before the splits of its day were known', async () => {
  const { end } = newYorkDay(clock.now());
  market.split({ symbol: 'MSFT', day: newYorkDay(end).date, from: 10, to: 1 });
  const session = await app.signUp();
  const socket = await follow(session);
  await show(socket, 99.99);
  const bought = next(socket, 'trade:executed');
  const order = { symbol: 'MSFT', quantity: 25, side: 'buy', type: 'market', clientOrderId: 'b' } as const;
  await ask(socket, 'order:place', order);
  await bought;
  const adjusted = collect(socket, 'position:adjusted');
  await passSeconds((end - clock.now()) / 1_000, session);
  await until(() => adjusted.length === 1, 'the fraction is set aside');
  await app.stop();

  clock.advance(TEN_HOURS_MS);
  [isAway, questions] = [true, 0];
  market = createMarket();
  app = await startApp({ clock, market, dataDir: app.dataDir });
  const again = await follow(session);
  const sold = collect(again, 'position:adjusted');
  await until(() => questions > 0, 'the calendar is asked');
  await show(again, 1_000);
  await passSeconds(3, session);
  expect(sold).toEqual([]);

  isAway = false;
  await passSeconds(61, session);
  expect(sold).toEqual([]);
  market.tick('MSFT', 1_002);
  await until(() => sold.length === 1, 'the fraction is sold');
  expect(sold[0]?.payload).toMatchObject({ quantityBefore: 2.5, quantityAfter: 2, cash: 501 });
});
