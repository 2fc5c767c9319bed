/** What belongs to a day ends with it, by the calendar: over weekends, holidays, half days and both changes of the clocks. */
import { afterEach, expect, test } from '@jest/globals';
import { startApp, type TestApp } from '../../rig/app.ts';
import { ask } from '../../rig/clients/ask.ts';
import { next } from '../../rig/clients/stock-client.ts';
import { createTestClock } from '../../rig/clock.ts';
import { createScriptedMarket } from '../../rig/stand-ins/scripted-market.ts';
import { until } from '../../rig/wait.ts';
import { newYorkDay, newYorkTime } from '../../src/protocol/new-york.ts';

const NOON = 12 * 60;
const MINUTE_MS = 60_000;
const NUMBERS = { open: 190, high: 205, low: 108, volume: 5_000 };

let app: TestApp;
afterEach(() => app.close());

test.each([
  ['a Friday', '2026-12-04'],
  ['a Saturday', '2026-12-05'],
  ['a Sunday', '2026-12-06'],
  ['a half day before a holiday', '2026-12-24'],
  ['a holiday', '2026-12-25'],
  ['the day before clocks go forward', '2027-03-13'],
  ['the day on which clocks go forward', '2027-03-14'],
  ['the day before clocks go back', '2027-11-06'],
  ['the day on which clocks go back', '2027-11-07'],
])(
  'the day after %s begins without a change, on screens, in portfolios and for the limit of losses',
  async (_what, date) => {
    const { end } = newYorkDay(newYorkTime(date, NOON));
    const clock = createTestClock(end - 30_000);
    const market = createScriptedMarket(undefined, clock.now);
    app = await startApp({ clock, market });
    const { cookie, ...session } = await app.signUp();
    const socket = await app.connect({ cookie, ...session });
    await ask(socket, 'subscribe:trades');
    await ask(socket, 'subscribe:watchlist', ['AAPL']);
    await until(() => market.wanted().has('AAPL'), 'AAPL is wanted');
    market.previousClose('AAPL', 200, NUMBERS);
    const quoted = next(socket, 'quote:update', ({ ask: offered }) => offered === 110);
    market.tick('AAPL', 110, { bid: 109.99, ask: 110 });
    await quoted;
    const bought = next(socket, 'trade:executed');
    const order = { symbol: 'AAPL', side: 'buy', type: 'market' } as const;
    await ask(socket, 'order:place', { ...order, clientOrderId: 'before', quantity: 150 });
    await bought;
    const shown = next(socket, 'portfolio:update', ({ dayChange }) => dayChange === 150);
    await ask(socket, 'subscribe:portfolio');
    market.tick('AAPL', 111);
    await shown;
    const before = await app.request('GET', '/api/market/quote/AAPL', { cookie });
    expect(before.body.data).toMatchObject({ price: 111, previousClose: 200, ...NUMBERS, volume: 5_200 });

    const turned = next(socket, 'quote:update', ({ previousClose }) => previousClose === 111);
    const revalued = next(socket, 'portfolio:update', ({ dayChange }) => dayChange === 0);
    while (clock.now() < end) {
      clock.advance(1_000);
      await app.request('GET', '/api/portfolio', { cookie });
    }
    const quote = await turned;
    expect(quote).toMatchObject({ price: 111, change: 0, changePercent: 0, volume: 0 });
    expect([quote.open, quote.high, quote.low]).toEqual([undefined, undefined, undefined]);
    expect(await revalued).toMatchObject({ positions: [{ quantity: 150, dayChange: 0 }] });

    // What is said of the day before, it is said of that day.
    market.previousClose('AAPL', 200, { ...NUMBERS, last: 111, sourceTime: end - 1_000 });
    const moved = next(socket, 'quote:update', ({ price }) => price === 111.1);
    market.tick('AAPL', 111.1);
    expect(await moved).toMatchObject({ change: 0.1, previousClose: 111, volume: 100 });
    const answer = await ask(socket, 'order:place', { ...order, clientOrderId: 'after', quantity: 10 });
    expect(answer).toMatchObject({ ok: true, order: { status: 'accepted' } });
  },
);

test('a portfolio begins the day without a change also where nothing is quoted', async () => {
  const { end } = newYorkDay(newYorkTime('2026-12-04', NOON));
  const clock = createTestClock(end - MINUTE_MS / 2);
  const market = createScriptedMarket(undefined, clock.now);
  app = await startApp({ clock, market });
  const session = await app.signUp();
  const socket = await app.connect(session);
  await ask(socket, 'subscribe:trades');
  await ask(socket, 'subscribe:watchlist', ['AAPL']);
  await until(() => market.wanted().has('AAPL'), 'AAPL is wanted');
  for (const [side, bid, offered] of [
    ['buy', 109.99, 110],
    ['sell', 109, 109.01],
  ] as const) {
    const quoted = next(socket, 'quote:update', ({ ask: shown }) => shown === offered);
    market.tick('AAPL', bid, { bid, ask: offered });
    await quoted;
    const traded = next(socket, 'trade:executed');
    const order = { symbol: 'AAPL', side, type: 'market', quantity: 100 } as const;
    await ask(socket, 'order:place', { ...order, clientOrderId: side });
    await traded;
  }
  await app.stop();

  // Another market than the one that has quotes.
  const silent = createScriptedMarket(undefined, clock.now);
  app = await startApp({ clock, market: silent, dataDir: app.dataDir });
  const again = await app.connect(session);
  const shown = next(again, 'portfolio:update', ({ dayChange }) => dayChange === -100);
  await ask(again, 'subscribe:portfolio');
  await shown;
  const turned = next(again, 'portfolio:update', ({ dayChange }) => dayChange === 0);
  while (clock.now() < end) {
    clock.advance(1_000);
    await app.request('GET', '/api/portfolio', { cookie: session.cookie });
  }
  expect(await turned).toMatchObject({ totalValue: 99_900, cash: 99_900 });
});
