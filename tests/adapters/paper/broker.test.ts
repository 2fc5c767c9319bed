import { beforeEach, describe, expect, test } from '@jest/globals';
import { createTestClock } from '../../../rig/clock.ts';
import { createPaperBroker } from '../../../src/adapters/paper/broker.ts';
import type { Broker, BrokerEvent, BrokerOrder } from '../../../src/domain/trading/broker.ts';
import { decimal } from '../../../src/lib/decimal.ts';
import { brokerOrderOf, createStillMarket, NOON, type StillMarket } from '../../support/trading.ts';

let market: StillMarket;
let broker: Broker;
let events: BrokerEvent[];
const turn = () => new Promise((resolve) => setImmediate(resolve));
const submit = async (...orders: BrokerOrder[]) => {
  for (const order of orders) await broker.submit(order);
  await turn();
};
const fills = () =>
  events.flatMap((event) => (event.type === 'fill' ? [[event.quantity, event.price.toString()]] : []));

beforeEach(() => {
  market = createStillMarket();
  broker = createPaperBroker({
    market,
    onQuotes: market.onQuotes,
    onPrices: market.onPrices,
    clock: createTestClock(),
  });
  events = [];
  broker.onEvent((event) => events.push(event));
});

describe('a market order', () => {
  test('buys at the ask and sells at the bid', async () => {
    await submit(brokerOrderOf(), brokerOrderOf({ side: 'sell', boundPrice: decimal(95) }));
    expect(fills()).toEqual([
      [10, '100.1'],
      [10, '99.9'],
    ]);
  });

  test('trades at the last price where the feed has trades only, rounded against the trader', async () => {
    market.set('AAPL', { price: 100.00001, bid: undefined, ask: undefined, lastOnly: true });
    await submit(brokerOrderOf());
    expect(fills()).toEqual([[10, '100.0001']]);
  });

  test('is never answered with a fill before the broker has taken it', async () => {
    await broker.submit(brokerOrderOf());
    expect(events).toEqual([]);
    await turn();
    expect(fills()).toHaveLength(1);
  });

  test('waits while the price is beyond its protection', async () => {
    market.set('AAPL', { ask: 105.01 });
    await submit(brokerOrderOf());
    expect(fills()).toEqual([]);
    market.set('AAPL', { ask: 105 });
    expect(fills()).toEqual([[10, '105']]);
  });
});

describe('without a market to trade on', () => {
  test.each<[string, () => void]>([
    [
      'closed',
      () => {
        market.open = false;
      },
    ],
    ['no quote', () => market.set('AAPL', null)],
    ['a stale quote', () => market.set('AAPL', { state: 'stale' })],
    ['a price that is none', () => market.set('AAPL', { ask: Number.NaN })],
    ['nobody who sells', () => market.set('AAPL', { ask: undefined })],
    ['a bid above the ask', () => market.set('AAPL', { bid: 100.11 })],
    ['a stub', () => market.set('AAPL', { bid: 0.01, ask: 104 })],
    ['bid and ask of an earlier connection', () => market.set('AAPL', { nbboReceivedAt: undefined })],
  ])('(%s) nothing fills until there is one', async (_, spoil) => {
    spoil();
    await submit(brokerOrderOf());
    expect(fills()).toEqual([]);
    market.open = true;
    market.set('AAPL', {});
    expect(fills()).toEqual([[10, '100.1']]);
  });
});

describe('no fill is better than the quote', () => {
  test('a sale at a bid below the finest step is none', async () => {
    const sale = brokerOrderOf({ side: 'sell', boundPrice: decimal('0.0001') });
    market.set('AAPL', { price: 0.00005, bid: 0.00005, ask: 0.00006 });
    await submit(sale);
    expect(fills()).toEqual([]);
    market.set('AAPL', { price: 0.00019, bid: 0.00019, ask: 0.0002 });
    expect(fills()).toEqual([[10, '0.0001']]);
  });

  test('a sale without a bid does not have the last price', async () => {
    market.set('AAPL', { price: 10, bid: undefined, ask: 7 });
    await submit(brokerOrderOf({ side: 'sell', quantity: 100, boundPrice: decimal('9.5') }));
    expect(fills()).toEqual([]);
  });
});

describe('the quoted size', () => {
  test('is shared first come, first served, and used up until the quote changes', async () => {
    market.set('AAPL', { askSize: 15 });
    await submit(brokerOrderOf(), brokerOrderOf(), brokerOrderOf());
    expect(fills().map(([quantity]) => quantity)).toEqual([10, 5]);
    market.set('AAPL', { askSize: 15, price: 99.99 });
    expect(fills()).toHaveLength(2);
    market.set('AAPL', { askSize: 12 });
    expect(fills().map(([quantity]) => quantity)).toEqual([10, 5, 5, 7]);
  });

  test('of one order is not there for the next', async () => {
    market.set('AAPL', { askSize: 10 });
    await submit(brokerOrderOf());
    await submit(brokerOrderOf());
    expect(fills()).toHaveLength(1);
  });

  test('of zero fills nothing', async () => {
    market.set('AAPL', { askSize: 0 });
    await submit(brokerOrderOf());
    expect(fills()).toEqual([]);
  });
});

describe('a limit order', () => {
  test('waits for its price and gets a better one when there is one', async () => {
    await submit(brokerOrderOf({ type: 'limit', boundPrice: decimal(95) }));
    market.set('AAPL', { bid: 94, ask: 95.01 });
    expect(fills()).toEqual([]);
    market.set('AAPL', { bid: 94, ask: 94.5 });
    expect(fills()).toEqual([[10, '94.5']]);
  });
});

describe('a stop order', () => {
  const stop = () =>
    brokerOrderOf({ type: 'stop', side: 'sell', stopPrice: decimal(95), boundPrice: decimal(90) });

  test('sleeps until a trade reaches its price, whatever the quote', async () => {
    await submit(stop());
    market.set('AAPL', { price: 95, bid: 94, ask: 95.1 });
    market.trade('AAPL', 95.01);
    expect(fills()).toEqual([]);
    market.trade('AAPL', 95);
    expect(fills()).toEqual([[10, '94']]);
  });

  test('wakes on a trade between two others of the same frame, and trades at the quote of then', async () => {
    const buyer = brokerOrderOf({ type: 'stop', stopPrice: decimal(102), boundPrice: decimal(107) });
    await submit(stop(), buyer);
    market.trade('AAPL', 100, 94.99, 100);
    expect(fills()).toEqual([[10, '99.9']]);
    market.trade('AAPL', 100, 102, 100);
    expect(fills()).toEqual([
      [10, '99.9'],
      [10, '100.1'],
    ]);
  });

  test('wakes on a trade that came after its acceptance and before the broker had it, on none of before', async () => {
    market.trade('AAPL', 94, 100);
    await submit({ ...stop(), placedAt: NOON + 1 });
    expect(fills()).toEqual([]);
    await submit(stop());
    expect(fills()).toEqual([[10, '99.9']]);
  });

  test('wakes on the range of a minute that began after its acceptance, and of no earlier one', async () => {
    const bar = { low: 94, high: 100, close: 99 };
    const buyer = brokerOrderOf({ type: 'stop', stopPrice: decimal(102), boundPrice: decimal(107) });
    await submit(stop(), buyer);
    market.bar('AAPL', { ...bar, start: NOON - 1 });
    market.bar('AAPL', { ...bar, low: 95.01, start: NOON });
    expect(fills()).toEqual([]);
    market.bar('AAPL', { ...bar, start: NOON });
    expect(fills()).toEqual([[10, '99.9']]);
    market.bar('AAPL', { ...bar, high: 102, start: NOON + 1 });
    expect(fills()).toHaveLength(2);
  });

  test('does not wake while the market is closed', async () => {
    await submit(stop());
    market.open = false;
    market.trade('AAPL', 94);
    market.open = true;
    market.trade('AAPL', 96);
    expect(fills()).toEqual([]);
  });

  test('stays awake, and is protected', async () => {
    await submit(stop());
    market.set('AAPL', { bid: 89.99, ask: 94 });
    market.trade('AAPL', 94);
    expect(fills()).toEqual([]);
    market.set('AAPL', { price: 97, bid: 96.5, ask: 97 });
    expect(fills()).toEqual([[10, '96.5']]);
  });
});

describe('the life of an order', () => {
  test('submitted twice it is one order', async () => {
    const order = brokerOrderOf();
    await submit(order, order);
    expect(fills()).toHaveLength(1);
  });

  test('a cancelled order does not fill; cancelling it again fails', async () => {
    market.set('AAPL', { bid: 199, ask: 200 });
    const order = brokerOrderOf();
    await submit(order);
    await broker.cancel(order.id);
    market.set('AAPL', {});
    expect(events).toMatchObject([{ type: 'cancelled', orderId: order.id }]);
    await expect(broker.cancel(order.id)).rejects.toThrow('not working');
  });

  test('everything said of an order can be asked for again, also after its end', async () => {
    const order = brokerOrderOf();
    expect(await broker.find(order.id)).toBeNull();
    await submit(order);
    expect(await broker.find(order.id)).toMatchObject([{ type: 'accepted' }, { type: 'fill', quantity: 10 }]);
  });

  test('after a restart it goes on where it was, and no execution id repeats', async () => {
    market.set('AAPL', { askSize: 4 });
    const order = brokerOrderOf();
    await submit(order);
    const next = createPaperBroker({
      market,
      onQuotes: market.onQuotes,
      onPrices: market.onPrices,
      clock: createTestClock(),
    });
    next.onEvent((event) => events.push(event));
    broker.stop();
    await next.adopt([{ ...order, filledQuantity: 4 }]);
    market.set('AAPL', { askSize: 50 });
    expect(fills().map(([quantity]) => quantity)).toEqual([4, 6]);
    const ids = events.flatMap((event) => (event.type === 'fill' ? [event.executionId] : []));
    expect(ids).toEqual([`${order.id}-4`, `${order.id}-10`]);
  });
});
