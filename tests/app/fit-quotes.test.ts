import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startApp, type TestApp } from '../../rig/app.ts';
import { ask, type ClientSocket } from '../../rig/clients/ask.ts';
import { collect, next } from '../../rig/clients/stock-client.ts';
import { until } from '../../rig/wait.ts';
import { ADDS_VOLUME } from '../../src/domain/market/trade-effects.ts';
import type { OrderPlaceMessage } from '../../src/protocol/orders.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

let keys = 0;

/** A fresh user who holds 100 IBM, bought at 50, and hears its quotes. */
async function holder() {
  const session = await app.signUp();
  const socket = await app.connect(session);
  await ask(socket, 'subscribe:trades');
  await ask(socket, 'subscribe:watchlist', ['IBM']);
  await until(() => app.market.wanted().has('IBM'), 'IBM is wanted');
  app.market.tick('IBM', 50, { bid: 49.99, ask: 50 });
  await next(socket, 'quote:update', (quote) => quote.ask === 50);
  const bought = next(socket, 'trade:executed');
  expect(await place(socket, { quantity: 100 })).toMatchObject({ ok: true });
  await bought;
  return socket;
}

const place = (socket: ClientSocket, fields: Partial<OrderPlaceMessage>) =>
  ask(socket, 'order:place', {
    ...{ clientOrderId: `key-${++keys}`, symbol: 'IBM', side: 'buy', type: 'market', quantity: 10 },
    ...fields,
  });

/** What the quote says, once the screen has it. */
async function quoted(socket: ClientSocket, sides: { bid?: number; ask?: number }): Promise<void> {
  const shown = next(socket, 'quote:update', ({ bid, ask }) => bid === sides.bid && ask === sides.ask);
  app.market.nbbo('IBM', sides);
  await shown;
}

describe('an order at the market', () => {
  test.each<[string, { bid?: number; ask?: number }, Partial<OrderPlaceMessage>, string]>([
    ['a stub, to sell', { bid: 0.01, ask: 199_999.99 }, { side: 'sell' }, 'NO_QUOTE'],
    ['a stub, to buy', { bid: 0.01, ask: 5_000 }, {}, 'NO_QUOTE'],
    ['nobody who buys', { ask: 7 }, { side: 'sell' }, 'NO_QUOTE'],
    ['an ask alone, far below the last trade', { ask: 0.02 }, {}, 'NO_QUOTE'],
    ['a bid alone, far above the last trade', { bid: 99 }, { side: 'sell' }, 'NO_QUOTE'],
    ['a narrow quote far below the last trade', { bid: 30, ask: 30.01 }, {}, 'NO_QUOTE'],
    ['a narrow quote far above the last trade', { bid: 70, ask: 70.01 }, { side: 'sell' }, 'NO_QUOTE'],
    ['an ask below the last trade', { bid: 47.3, ask: 47.4 }, {}, 'PRICE_COLLAR'],
    ['a bid above the last trade', { bid: 52.6, ask: 52.7 }, { side: 'sell' }, 'PRICE_COLLAR'],
    ['nobody who sells', { bid: 49 }, {}, 'NO_QUOTE'],
    ['a bid above the ask, to buy', { bid: 51, ask: 49 }, {}, 'NO_QUOTE'],
    ['a bid above the ask, to sell', { bid: 51, ask: 49 }, { side: 'sell' }, 'NO_QUOTE'],
    ['an ask far above the last trade', { bid: 52.6, ask: 52.61 }, {}, 'PRICE_COLLAR'],
    ['a bid far below the last trade', { bid: 47.4, ask: 47.41 }, { side: 'sell' }, 'PRICE_COLLAR'],
  ])('against %s is denied', async (_, sides, order, reason) => {
    const socket = await holder();
    await quoted(socket, sides);
    expect(await place(socket, order)).toMatchObject({ ok: false, code: reason });
    await quoted(socket, { bid: 49.98, ask: 50.01 });
    const filled = next(socket, 'trade:executed');
    expect(await place(socket, order)).toMatchObject({ ok: true });
    expect(await filled).toMatchObject({ price: order.side === 'sell' ? 49.98 : 50.01 });
  });

  test('a limit far from the last trade is denied, whatever a stub asks', async () => {
    const socket = await holder();
    await quoted(socket, { bid: 0.01, ask: 5_000 });
    expect(await place(socket, { type: 'limit', limitPrice: 5_000 })).toMatchObject({
      ok: false,
      code: 'PRICE_COLLAR',
    });
  });

  test('a limit that waits takes no stub, and no stub counts as what a position is worth', async () => {
    const socket = await holder();
    await quoted(socket, { ask: 199_999.99 });
    expect(await place(socket, { type: 'limit', limitPrice: 54.99 })).toMatchObject({ ok: true });
    const working = next(socket, 'order:update', ({ status }) => status === 'working');
    expect(await place(socket, { type: 'limit', limitPrice: 49 })).toMatchObject({ ok: true });
    await working;
    const fills = collect(socket, 'trade:executed');
    await quoted(socket, { ask: 0.02 });
    await quoted(socket, { bid: 30, ask: 30.01 });
    await quoted(socket, { bid: 30, ask: 30.02 });
    expect(fills).toEqual([]);
    await quoted(socket, { bid: 48.9, ask: 48.95 });
    await until(() => fills.length === 2, 'both are filled');
    for (const { payload } of fills) expect(payload).toMatchObject({ price: 48.95 });
  });

  test('a limit waits while bid and ask are nobody’s price', async () => {
    const socket = await holder();
    await quoted(socket, { bid: 51, ask: 49 });
    const working = next(socket, 'order:update', ({ status }) => status === 'working');
    expect(await place(socket, { type: 'limit', limitPrice: 50 })).toMatchObject({ ok: true });
    expect(await working).toMatchObject({ filledQuantity: 0 });
    const filled = next(socket, 'trade:executed');
    await quoted(socket, { bid: 49.5, ask: 49.6 });
    expect(await filled).toMatchObject({ price: 49.6 });
  });
});

test('after a break upstream nothing is bought at the quote from before it', async () => {
  const socket = await holder();
  const stale = next(socket, 'quote:update', ({ state }) => state === 'stale');
  app.market.status({ state: 'down' });
  await stale;
  app.market.status({ state: 'live' });
  const shown = next(socket, 'quote:update', ({ price }) => price === 150);
  app.market.trade('IBM', 150);
  expect(await shown).not.toHaveProperty('ask');
  expect(await place(socket, {})).toMatchObject({ ok: false, code: 'NO_QUOTE' });
  app.market.nbbo('IBM', { bid: 149.9, ask: 150.1 });
  await next(socket, 'quote:update', (quote) => quote.ask === 150.1);
  const filled = next(socket, 'trade:executed');
  expect(await place(socket, {})).toMatchObject({ ok: true });
  expect(await filled).toMatchObject({ price: 150.1 });
});

describe('a stop', () => {
  const INELIGIBLE = { effects: ADDS_VOLUME };

  test('wakes on a trade that stood for no time at all, and sells at the bid of then', async () => {
    const socket = await holder();
    await quoted(socket, { bid: 49.97, ask: 50.02 });
    const working = next(socket, 'order:update', ({ status }) => status === 'working');
    expect(await place(socket, { side: 'sell', type: 'stop', stopPrice: 48 })).toMatchObject({ ok: true });
    await working;
    const sold = next(socket, 'trade:executed');
    for (const price of [50, 47.99, 50]) app.market.trade('IBM', price);
    expect(await sold).toMatchObject({ side: 'sell', price: 49.97 });
  });

  test('sent right before such a trade has not missed it', async () => {
    const socket = await holder();
    const sold = next(socket, 'trade:executed', ({ side }) => side === 'sell');
    expect(await place(socket, { side: 'sell', type: 'stop', stopPrice: 48 })).toMatchObject({ ok: true });
    for (const price of [47.99, 50]) app.market.trade('IBM', price);
    expect(await sold).toMatchObject({ price: 49.99 });
  });

  test('wakes on no quote, and on no trade that may not set the price', async () => {
    const socket = await holder();
    const working = next(socket, 'order:update', ({ status }) => status === 'working');
    expect(await place(socket, { side: 'sell', type: 'stop', stopPrice: 48 })).toMatchObject({ ok: true });
    const { id } = await working;
    await quoted(socket, { bid: 47.5, ask: 47.6 });
    app.market.trade('IBM', 47.5, INELIGIBLE);
    await quoted(socket, { bid: 47.51, ask: 47.61 });
    app.market.trade('IBM', 50);
    await next(socket, 'quote:update', ({ price }) => price === 50);
    const cancelled = next(socket, 'order:update', ({ status }) => status === 'cancelled');
    await ask(socket, 'order:cancel', { orderId: id });
    expect(await cancelled).toMatchObject({ id, filledQuantity: 0 });
  });
});

test('in a halted symbol orders wait and new ones are denied, until trading goes on', async () => {
  const socket = await holder();
  const working = next(socket, 'order:update', ({ status }) => status === 'working');
  expect(await place(socket, { type: 'limit', limitPrice: 49 })).toMatchObject({ ok: true });
  await working;
  const halted = next(socket, 'quote:update', (quote) => quote.halted === true);
  app.market.halt('IBM', true);
  await halted;
  for (const order of [{}, { side: 'sell' }, { type: 'limit', limitPrice: 48 }] as const)
    expect(await place(socket, order)).toMatchObject({ ok: false, code: 'SYMBOL_HALTED' });
  await quoted(socket, { bid: 48.9, ask: 48.95 });
  const filled = next(socket, 'trade:executed');
  const events = collect(socket, 'trade:executed');
  await quoted(socket, { bid: 48.8, ask: 48.96 });
  expect(events).toEqual([]);
  app.market.halt('IBM', false);
  expect(await filled).toMatchObject({ price: 48.96 });
});

test('on a feed without bid and ask, orders fill at the last trade, and quote and order say so', async () => {
  const socket = await holder();
  const told = next(socket, 'quote:update', (quote) => quote.fillBasis === 'last-trade');
  app.market.status({ state: 'down' });
  app.market.status({ state: 'live', withoutQuotes: true });
  app.market.trade('IBM', 50.25);
  expect(await told).toMatchObject({ price: 50.25 });
  const filled = next(socket, 'order:update', ({ status }) => status === 'filled');
  expect(await place(socket, {})).toMatchObject({ ok: true });
  expect(await filled).toMatchObject({ averageFillPrice: 50.25, fillBasis: 'last-trade' });
  app.market.status({ state: 'down' });
  app.market.status({ state: 'live' });
});
