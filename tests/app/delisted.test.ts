import { afterEach, describe, expect, test } from '@jest/globals';
import { type SignedIn, startApp, type TestApp } from '../../rig/app.ts';
import { createScriptedMarket, type ScriptedMarket } from '../../rig/stand-ins/scripted-market.ts';
import { until } from '../../rig/wait.ts';
import type { PortfolioPayload } from '../../src/protocol/portfolio.ts';

let app: TestApp;
afterEach(() => app.close());

const place = (who: SignedIn, symbol: string, quantity: number, side = 'buy') =>
  app.request('POST', '/api/orders', {
    cookie: who.cookie,
    headers: { 'Idempotency-Key': `${symbol}-${side}-${quantity}` },
    body: { symbol, side, type: 'market', quantity },
  });
const portfolioOf = async (who: SignedIn): Promise<PortfolioPayload> =>
  (await app.request('GET', '/api/portfolio', { cookie: who.cookie })).body.data as PortfolioPayload;

/** Buys at the market, and waits until the shares are there. */
async function buy(who: SignedIn, symbol: string, price: number, quantity: number): Promise<void> {
  const placing = place(who, symbol, quantity);
  await until(() => app.market.wanted().has(symbol), `${symbol} is wanted`);
  app.market.tick(symbol, price);
  expect(await placing).toMatchObject({ status: 201 });
  await until(async () => {
    const { positions } = await portfolioOf(who);
    return positions.some((one) => one.symbol === symbol && one.quantity === quantity);
  }, `${symbol} is held`);
}

/** A market after a delisting, whose directory has not been asked for the share yet. */
function marketWithout(): ScriptedMarket {
  const market = createScriptedMarket(['AAPL']);
  return { ...market, instruments: { ...market.instruments, knows: () => undefined } };
}

const THREE_DAYS_MS = 3 * 86_400_000;

describe('a share that is held through a restart and has no market after it', () => {
  test('counts at its last known price, marked so, and keeps nothing else from being bought', async () => {
    app = await startApp({ market: createScriptedMarket(['AAPL', 'GONE']) });
    const ada = await app.signUp();
    await buy(ada, 'GONE', 20, 100);
    app.market.tick('GONE', 12.5);
    await until(async () => (await portfolioOf(ada)).positions[0]?.price === 12.5, 'the price has moved');
    const { dataDir } = app;
    await app.stop();

    app = await startApp({ dataDir, market: marketWithout() });
    const portfolio = await portfolioOf(ada);
    expect(portfolio.positions).toMatchObject([
      { symbol: 'GONE', price: 12.5, marketValue: 1_250, priced: true, mark: 'last-known' },
    ]);
    expect(portfolio.totalValue).toBe(portfolio.cash + 1_250);
    await buy(ada, 'AAPL', 100, 10);
    expect(await portfolioOf(ada)).toMatchObject({
      positions: [
        { symbol: 'AAPL', mark: 'quote' },
        { symbol: 'GONE', mark: 'last-known', price: 12.5 },
      ],
    });
    expect(await place(ada, 'GONE', 100, 'sell')).toMatchObject({
      status: 422,
      body: {
        code: 'UNKNOWN_SYMBOL',
        error: 'GONE has no market here any more. The operator can close your position in it.',
      },
    });
  });

  test('is worth no previous close that a snapshot still says, and keeps nothing else from being bought', async () => {
    app = await startApp({ market: createScriptedMarket(['AAPL', 'GONE']) });
    const ada = await app.signUp();
    await buy(ada, 'GONE', 20, 100);
    const { dataDir } = app;
    await app.stop();

    // Its directory still names the share.
    const market = createScriptedMarket(['AAPL', 'GONE']);
    app = await startApp({ dataDir, market, env: { DAILY_LOSS_LIMIT: '500' } });
    const goneOf = async () => (await portfolioOf(ada)).positions.find(({ symbol }) => symbol === 'GONE');
    const before = await goneOf();
    expect(before).toMatchObject({ mark: 'last-known', price: 20, markedAt: expect.any(String) });
    await until(() => market.wanted().has('GONE'), 'the held share is wanted');
    market.previousClose('GONE', 12, { sourceTime: Date.now() - THREE_DAYS_MS });
    await until(async () => {
      const answer = await app.request('GET', '/api/market/quote/GONE', { cookie: ada.cookie });
      return (answer.body.data as { price?: number } | undefined)?.price === 12;
    }, 'the previous close is told');
    await buy(ada, 'AAPL', 100, 10);
    expect(await goneOf()).toEqual(before);
    await app.stop();

    app = await startApp({ dataDir, market: marketWithout() });
    expect(await goneOf()).toEqual(before);
  });
});
