import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startApp, type TestApp } from '../../rig/app.ts';
import { ask } from '../../rig/clients/ask.ts';
import { next } from '../../rig/clients/stock-client.ts';
import { createTestClock } from '../../rig/clock.ts';
import { createScriptedMarket } from '../../rig/stand-ins/scripted-market.ts';
import { until } from '../../rig/wait.ts';
import { newYorkDay } from '../../src/protocol/new-york.ts';

const clock = createTestClock();
const market = createScriptedMarket(undefined, clock.now);
let app: TestApp;
beforeAll(async () => {
  // Five minutes before midnight in New York, however far that is.
  clock.advance(newYorkDay(clock.now()).end - 5 * 60_000 - clock.now());
  app = await startApp({ clock, market });
});
afterAll(() => app.close());

/** Second by second, each after the database has answered: after a jump the lease would be over. */
async function passMidnight(cookie: string): Promise<void> {
  const { end } = newYorkDay(clock.now());
  while (clock.now() < end) {
    clock.advance(1_000);
    await app.request('GET', '/api/portfolio', { cookie });
  }
}

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
