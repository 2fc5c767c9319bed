import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createTestClock } from '../../../rig/clock.ts';
import { createPaperBroker } from '../../../src/adapters/paper/broker.ts';
import type { BrokerOrder } from '../../../src/domain/trading/broker.ts';
import { decimal } from '../../../src/lib/decimal.ts';
import { brokerOrderOf, createStillMarket, NOON } from '../../support/trading.ts';
import { createPlainLoop } from './plain-loop.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

function createPair() {
  const market = createStillMarket();
  const { onQuotes, onPrices } = market;
  const broker = createPaperBroker({ market, onQuotes, onPrices, clock: createTestClock() });
  const fills: string[] = [];
  broker.onEvent((event) => {
    if (event.type === 'fill') fills.push(`${event.orderId} ${event.quantity} ${event.price}`);
  });
  return { market, broker, fills };
}

const symbol = fc.constantFrom('AAPL', 'MSFT');
/** Few levels, so that many orders meet at one, some of them between two cents. */
const level = fc.constantFrom('99.8', '99.9', '99.95', '100', '100.0001', '100.1', '100.2', '101');
const side = fc.constantFrom('buy' as const, 'sell' as const);
const size = fc.option(fc.integer({ min: 0, max: 30 }), { nil: undefined });
const order = fc.record({
  symbol,
  side,
  type: fc.constantFrom('market' as const, 'limit' as const, 'stop' as const),
  quantity: fc.integer({ min: 1, max: 20 }),
  bound: level,
  stop: level,
  late: fc.boolean(),
});
const step = fc.oneof(
  { weight: 6, arbitrary: order.map((of) => ({ kind: 'order' as const, ...of })) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('quote' as const),
      symbol,
      bid: fc.option(level, { nil: undefined }),
      spread: fc.constantFrom(0, 0.01, 0.1, -0.1, 30),
      bidSize: size,
      askSize: size,
      lastOnly: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('trade' as const), symbol, price: level }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('bar' as const), symbol, price: level, late: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('cancel' as const), pick: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('turn' as const, 'restart' as const) }) },
);

test('the books fill what a plain loop over all orders fills, in the same order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 120 }), async (steps) => {
      const { market, broker, fills } = createPair();
      const loop = createPlainLoop(market);
      market.onQuotes((symbols) => {
        for (const changed of symbols) loop.quote(changed);
      });
      market.onPrices((changed, price, _receivedAt, since) => loop.price(changed, price, since));
      const ids: string[] = [];
      for (const one of steps) {
        if (one.kind === 'order') {
          const { type, bound, stop, late, ...rest } = one;
          const placed: BrokerOrder = brokerOrderOf({
            ...rest,
            id: `order-${ids.length}`,
            type,
            boundPrice: decimal(bound),
            stopPrice: type === 'stop' ? decimal(stop) : null,
            placedAt: late ? NOON + 1 : NOON,
          });
          ids.push(placed.id);
          await broker.submit(placed);
          await turn();
          loop.submit(placed);
        } else if (one.kind === 'quote') {
          const { bid, spread, bidSize, askSize, lastOnly } = one;
          const ask = bid === undefined ? 100 : Number(bid) + spread;
          market.set(one.symbol, {
            bid: bid === undefined ? undefined : Number(bid),
            ask,
            bidSize,
            askSize,
            ...(lastOnly && { lastOnly }),
          });
        } else if (one.kind === 'trade') market.trade(one.symbol, Number(one.price));
        else if (one.kind === 'bar') {
          const price = Number(one.price);
          const start = one.late ? NOON + 1 : NOON;
          market.bar(one.symbol, { low: price, high: price, close: price, start });
        } else if (one.kind === 'cancel') {
          const id = ids[one.pick % Math.max(ids.length, 1)] ?? 'none';
          const wasThere = await broker.cancel(id).then(
            () => true,
            () => false,
          );
          expect(wasThere).toBe(loop.cancel(id));
        } else if (one.kind === 'turn') market.open = !market.open;
        else {
          await broker.adopt(loop.adopt());
          await turn();
        }
        expect(fills).toEqual(loop.fills);
      }
      broker.stop();
    }),
    { numRuns: 300 },
  );
});

test('a quote and a trade look at no order that their price does not reach', async () => {
  const { market, broker, fills } = createPair();
  let looks = 0;
  const counted = (changes: Partial<BrokerOrder>): BrokerOrder => {
    const { boundPrice, stopPrice, ...rest } = brokerOrderOf(changes);
    const look = <T>(value: T) => ({
      get() {
        looks += 1;
        return value;
      },
    });
    return Object.defineProperties(rest as BrokerOrder, {
      boundPrice: look(boundPrice),
      stopPrice: look(stopPrice),
    });
  };
  for (let far = 0; far < 1_000; far++) {
    await broker.submit(counted({ type: 'limit', boundPrice: decimal(90 - far / 100) }));
    await broker.submit(counted({ type: 'limit', side: 'sell', boundPrice: decimal(110 + far / 100) }));
    await broker.submit(counted({ type: 'stop', stopPrice: decimal(110 + far / 100) }));
  }
  await turn();
  looks = 0;
  market.set('AAPL', { bid: 99.8 });
  market.trade('AAPL', 100.5);
  expect(looks).toBe(0);
  market.set('AAPL', { bid: 89.98, ask: 89.99, price: 90 });
  expect(fills).toHaveLength(2);
  // Each of the two was compared, and taken out of the book.
  expect(looks).toBeLessThanOrEqual(8);
});

test('a fill beside many resting orders costs what it costs alone', async () => {
  const FILLS = 500;
  const cost = async (resting: number): Promise<number> => {
    const { broker, fills } = createPair();
    for (let n = 0; n < resting; n++)
      await broker.submit(brokerOrderOf({ type: 'limit', boundPrice: decimal(50 + (n % 4_000) / 100) }));
    await turn();
    const times: number[] = [];
    for (let round = 0; round < 5; round++) {
      const before = process.cpuUsage();
      for (let n = 0; n < FILLS; n++) await broker.submit(brokerOrderOf());
      await turn();
      const { user, system } = process.cpuUsage(before);
      times.push(user + system);
    }
    // More have ended than are remembered.
    expect(fills).toHaveLength(5 * FILLS);
    broker.stop();
    return Math.min(...times);
  };
  await cost(0);
  const alone = await cost(0);
  // A walk over the resting orders makes it a hundred times as much.
  expect((await cost(50_000)) / alone).toBeLessThan(5);
});
