import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type SignedIn, startApp, type TestApp } from '../../rig/app.ts';
import { ask, type ClientSocket } from '../../rig/clients/ask.ts';
import { collect, next } from '../../rig/clients/stock-client.ts';
import { until } from '../../rig/wait.ts';
import type { WebSocketHealthPayload } from '../../src/protocol/health-payloads.ts';
import type { OrderPayload, OrderPlaceMessage } from '../../src/protocol/orders.ts';
import type { PortfolioPayload } from '../../src/protocol/portfolio.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

let keys = 0;
const order = (fields: Partial<OrderPlaceMessage> = {}): OrderPlaceMessage => ({
  clientOrderId: `key-${++keys}`,
  symbol: 'AAPL',
  side: 'buy',
  type: 'market',
  quantity: 10,
  ...fields,
});

/** A fresh user on a socket that hears its trades, with AAPL quoted at 175.50 by 175.60. */
async function trader(): Promise<{ session: SignedIn; socket: ClientSocket }> {
  const session = await app.signUp();
  const socket = await app.connect(session);
  await ask(socket, 'subscribe:trades');
  await ask(socket, 'subscribe:watchlist', ['AAPL']);
  await until(() => app.market.wanted().has('AAPL'), 'AAPL is wanted');
  quote(175.55, { bid: 175.5, ask: 175.6 });
  await next(socket, 'quote:update', ({ ask: offered }) => offered === 175.6);
  return { session, socket };
}
const quote = (price: number, options: { bid: number; ask: number; size?: number }): void =>
  app.market.tick('AAPL', price, options);

const portfolioOf = async (session: SignedIn): Promise<PortfolioPayload> =>
  (await app.request('GET', '/api/portfolio', { cookie: session.cookie })).body.data as PortfolioPayload;

describe('an order', () => {
  test('to buy at the market is acknowledged, filled at the ask, told to every screen, and paid for to the cent', async () => {
    const { session, socket } = await trader();
    const second = await app.connect(session);
    await ask(second, 'subscribe:trades');
    await ask(second, 'subscribe:portfolio');
    const told = [socket, second].map((each) => next(each, 'trade:executed'));
    const shown = next(second, 'portfolio:update', ({ positions }) => positions.length === 1);

    const answer = await ask(socket, 'order:place', order());
    expect(answer).toMatchObject({ ok: true, order: { symbol: 'AAPL', quantity: 10, status: 'accepted' } });
    for (const trade of await Promise.all(told)) {
      expect(trade).toMatchObject({
        symbol: 'AAPL',
        side: 'buy',
        quantity: 10,
        price: 175.6,
        status: 'filled',
        source: 'dashboard',
      });
    }
    expect(await shown).toMatchObject({
      cash: 98_244,
      positions: [{ symbol: 'AAPL', quantity: 10, averagePrice: 175.6 }],
    });
    expect(await portfolioOf(session)).toMatchObject({ cash: 98_244 });
  });

  test('tells its life as order:update, numbered without a hole together with its trades', async () => {
    const { socket } = await trader();
    const events = collect(socket, 'order:update', 'trade:executed');
    await ask(socket, 'order:place', order());
    await until(
      () => events.some(({ payload }) => (payload as OrderPayload).status === 'filled'),
      'it is filled',
    );
    const payloads = events.map(({ payload }) => payload as OrderPayload & { seq: number });
    expect(payloads.map(({ seq }) => seq)).toEqual(payloads.map((_, index) => index + 1));
    expect(events[0]).toMatchObject({ event: 'order:update', payload: { status: 'accepted' } });
  });

  test('with a limit waits for its price and never pays more', async () => {
    const { session, socket } = await trader();
    const placed = (await ask(socket, 'order:place', order({ type: 'limit', limitPrice: 175 }))) as {
      order: OrderPayload;
    };
    await next(socket, 'order:update', ({ status }) => status === 'working');
    expect(await portfolioOf(session)).toMatchObject({ cash: 100_000, buyingPower: 98_250 });
    const trade = next(socket, 'trade:executed');
    quote(174.9, { bid: 174.8, ask: 174.95 });
    expect(await trade).toMatchObject({ orderId: placed.order.id, price: 174.95 });
  });

  test('is filled in parts where the market offers less, and its rest can be cancelled', async () => {
    const { session, socket } = await trader();
    quote(175.55, { bid: 175.51, ask: 175.6, size: 4 });
    await next(socket, 'quote:update', ({ bid }) => bid === 175.51);
    const part = next(socket, 'trade:executed');
    const placed = (await ask(socket, 'order:place', order({ type: 'limit', limitPrice: 175.6 }))) as {
      order: OrderPayload;
    };
    expect(await part).toMatchObject({ quantity: 4, status: 'partially_filled' });
    const cancelled = next(socket, 'order:update', ({ status }) => status === 'cancelled');
    expect(await ask(socket, 'order:cancel', { orderId: placed.order.id })).toMatchObject({ ok: true });
    expect(await cancelled).toMatchObject({ filledQuantity: 4, reason: 'CANCELLED_BY_USER' });
    expect(await portfolioOf(session)).toMatchObject({
      buyingPower: 100_000 - 4 * 175.6,
      positions: [{ quantity: 4 }],
    });
  });

  test('sent again with its key gives the first answer and is executed once', async () => {
    const { session, socket } = await trader();
    const same = order();
    const executed = next(socket, 'trade:executed');
    const [first, again] = await Promise.all([
      ask(socket, 'order:place', same),
      ask(socket, 'order:place', same),
    ]);
    expect((again as { order: OrderPayload }).order.id).toBe((first as { order: OrderPayload }).order.id);
    await executed;
    expect(await ask(socket, 'order:place', { ...same, quantity: 11 })).toMatchObject({
      ok: false,
      code: 'CONFLICT',
    });
    expect((await portfolioOf(session)).positions).toMatchObject([{ quantity: 10 }]);
  });

  test.each<[what: string, fields: Partial<OrderPlaceMessage>, code: string]>([
    ['more than the cash', { quantity: 999 }, 'INSUFFICIENT_FUNDS'],
    ['to sell what is not there', { side: 'sell' }, 'INSUFFICIENT_POSITION'],
    ['far above the market', { type: 'limit', limitPrice: 300 }, 'PRICE_COLLAR'],
    ['for more than an order may be worth', { quantity: 900_000 }, 'MAX_ORDER_VALUE'],
    ['with a fraction of a cent', { type: 'limit', limitPrice: 175.123 }, 'INVALID_ORDER'],
  ])('%s is denied with its code, told as trade:failed, and costs nothing', async (_what, fields, code) => {
    const { session, socket } = await trader();
    const failed = next(socket, 'trade:failed');
    const answer = await ask(socket, 'order:place', order(fields));
    expect(answer).toMatchObject({ ok: false, code, message: expect.any(String) });
    if (code !== 'INVALID_ORDER') expect(await failed).toMatchObject({ code, signal: { symbol: 'AAPL' } });
    expect(await portfolioOf(session)).toMatchObject({ cash: 100_000, positions: [] });
  });

  test('on a quote that has gone stale is refused', async () => {
    const { socket } = await trader();
    app.market.status({ state: 'down', detail: 'the test says so' });
    await next(socket, 'quote:update', ({ state }) => state === 'stale');
    expect(await ask(socket, 'order:place', order())).toMatchObject({ ok: false, code: 'STALE_QUOTE' });
    app.market.status({ state: 'live' });
    await next(socket, 'quote:update', ({ state }) => state === 'simulated');
  });

  test('made twice under different keys within seconds is refused as a duplicate', async () => {
    const { socket } = await trader();
    expect(await ask(socket, 'order:place', order())).toMatchObject({ ok: true });
    expect(await ask(socket, 'order:place', order())).toMatchObject({ ok: false, code: 'DUPLICATE_ORDER' });
  });

  test('for a symbol nobody watches finds its quote first', async () => {
    const session = await app.signUp();
    const socket = await app.connect(session);
    const placing = ask(socket, 'order:place', order({ symbol: 'TSLA', quantity: 3 }));
    await until(() => app.market.wanted().has('TSLA'), 'TSLA is wanted');
    app.market.tick('TSLA', 250);
    expect(await placing).toMatchObject({ ok: true, order: { symbol: 'TSLA' } });
  });

  test.each([
    ['the dashboard, while it has no socket', { 'sec-fetch-site': 'same-origin' }, 'dashboard'],
    ['a program', {}, 'api'],
  ])('over HTTP by %s is told as such', async (_who, headers: Record<string, string>, source) => {
    const { session, socket } = await trader();
    const executed = next(socket, 'trade:executed');
    const answer = await app.request('POST', '/api/orders', {
      body: order(),
      cookie: session.cookie,
      headers,
    });
    expect(answer.status).toBe(201);
    expect(await executed).toMatchObject({ quantity: 10, source });
  });

  test('by hook is executed here and told like any other', async () => {
    const { session, socket } = await trader();
    const executed = next(socket, 'trade:executed');
    const event = {
      eventId: `hook-${session.user.id}`,
      userId: session.user.id,
      order: { symbol: 'AAPL', side: 'buy', quantity: 2, type: 'market' },
    };
    const first = await app.hook('/hooks/orders', event);
    expect(first).toMatchObject({ status: 202, body: { data: { orderId: expect.any(String) } } });
    expect(await executed).toMatchObject({ quantity: 2, source: 'hook' });
    const again = await app.hook('/hooks/orders', event);
    expect(again).toMatchObject({
      status: 200,
      body: { data: { orderId: (first.body.data as { orderId: string }).orderId, duplicate: true } },
    });
  });
});

test('a position is sold again with its profit realised', async () => {
  const { session, socket } = await trader();
  const bought = next(socket, 'trade:executed');
  await ask(socket, 'order:place', order());
  await bought;
  quote(180, { bid: 180, ask: 180.1 });
  await next(socket, 'quote:update', ({ bid }) => bid === 180);
  const sold = next(socket, 'trade:executed', ({ side }) => side === 'sell');
  await ask(socket, 'order:place', order({ side: 'sell' }));
  expect(await sold).toMatchObject({ price: 180 });
  expect(await portfolioOf(session)).toMatchObject({
    cash: 100_044,
    equity: 0,
    positions: [],
    realizedPnl: 44,
  });
});

describe('the kill switch', () => {
  const switchHook = (id: string, halted: boolean, scope: object = { scope: 'everyone' }) =>
    app.hook('/hooks/halt', { eventId: id, halted, reason: 'a drill', ...scope });

  test('for everyone denies new orders, cancels open ones, and lets trading go on afterwards', async () => {
    const { session, socket } = await trader();
    await ask(socket, 'order:place', order({ type: 'limit', limitPrice: 170 }));
    const cancelled = next(socket, 'order:update', ({ status }) => status === 'cancelled');
    expect(await switchHook('halt-1', true)).toMatchObject({ status: 202, body: { data: { halted: true } } });
    await cancelled;
    expect(await ask(socket, 'order:place', order())).toMatchObject({ ok: false, code: 'TRADING_HALTED' });
    expect(await portfolioOf(session)).toMatchObject({ cash: 100_000, buyingPower: 100_000 });
    expect(await switchHook('halt-2', false)).toMatchObject({
      status: 202,
      body: { data: { halted: false } },
    });
    expect(await ask(socket, 'order:place', order({ quantity: 1 }))).toMatchObject({ ok: true });
  });

  test('for everyone is told as a problem of the service until trading goes on', async () => {
    const problems = async () =>
      ((await app.request('GET', '/health/websocket')).body as unknown as WebSocketHealthPayload).problems;
    const gauge = async () =>
      /^tradecast_trading_halted (\d)$/m.exec(String((await app.request('GET', '/metrics')).body.text))?.[1];
    const sentence = 'Trading is halted for everyone.';
    await until(async () => (await problems()).length === 0, 'nothing is wrong');
    expect(await gauge()).toBe('0');
    await switchHook('halt-told', true);
    await until(async () => (await problems()).includes(sentence), 'the halt is told');
    expect(await gauge()).toBe('1');
    await switchHook('halt-told-over', false);
    await until(async () => (await problems()).length === 0, 'the halt is over');
    expect(await gauge()).toBe('0');
  });

  test('for one user leaves the others trading', async () => {
    const [halted, free] = [await trader(), await trader()];
    const scope = { scope: 'user', userId: halted.session.user.id };
    expect(await switchHook('halt-3', true, scope)).toMatchObject({ status: 202 });
    expect(await ask(halted.socket, 'order:place', order())).toMatchObject({
      ok: false,
      code: 'TRADING_HALTED',
    });
    expect(await ask(free.socket, 'order:place', order())).toMatchObject({ ok: true });
  });

  test('is not undone by the replay of an earlier event', async () => {
    const { socket } = await trader();
    await switchHook('halt-4', false);
    await switchHook('halt-5', true);
    expect(await switchHook('halt-4', false)).toMatchObject({
      status: 200,
      body: { data: { duplicate: true } },
    });
    expect(await ask(socket, 'order:place', order())).toMatchObject({ ok: false, code: 'TRADING_HALTED' });
    await switchHook('halt-6', false);
  });
});
