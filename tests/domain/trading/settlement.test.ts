import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { BrokerEvent, BrokerFill } from '../../../src/domain/trading/broker.ts';
import { canMove, isFinal, type Order } from '../../../src/domain/trading/order.ts';
import { type Books, findPosition, keepPosition, settle } from '../../../src/domain/trading/settlement.ts';
import { decimal, ZERO } from '../../../src/lib/decimal.ts';
import { ORDER_STATUSES } from '../../../src/protocol/order-status.ts';
import { accountOf, NOON, orderOf, positionOf } from '../../support/trading.ts';

const booksOf = (order: Order, account = accountOf({ reserved: order.reserved.toString() })): Books => ({
  orders: new Map([[order.id, order]]),
  accounts: new Map([[order.userId, account]]),
  positions: new Map(),
  executions: new Set(),
});
let executions = 0;
const fillOf = (
  order: Order,
  quantity: number,
  price: string | number,
  changes: Partial<BrokerFill> = {},
): BrokerFill => ({
  type: 'fill',
  orderId: order.id,
  executionId: `execution-${++executions}`,
  quantity,
  price: decimal(price),
  at: NOON,
  ...changes,
});
const reported = (books: Books, events: readonly BrokerEvent[]) =>
  [...settle(books, events).events.values()]
    .flat()
    .map(({ event, payload }) => [
      event,
      'status' in payload ? payload.status : 'code' in payload ? payload.code : payload.reason,
    ]);

describe('a fill', () => {
  const buy = () => orderOf({ reserved: decimal(1_050) });

  test('turns cash into shares, releases its reserve and is reported before the order', () => {
    const order = buy();
    const books = booksOf(order);
    expect(reported(books, [fillOf(order, 4, 100), fillOf(order, 6, '100.5')])).toEqual([
      ['trade:executed', 'partially_filled'],
      ['order:update', 'partially_filled'],
      ['trade:executed', 'filled'],
      ['order:update', 'filled'],
    ]);
    const account = books.accounts.get('user')!;
    expect([account.cash, account.cost, account.reserved].map(String)).toEqual(['98997', '1003', '0']);
    expect(findPosition(books.positions, 'user', 'AAPL')).toMatchObject({
      quantity: 10,
      day: '2026-03-02',
      dayStartQuantity: 0,
    });
    expect(books.orders.get(order.id)!.reserved.toString()).toBe('0');
  });

  test('that was booked before changes nothing', () => {
    const order = buy();
    const books = booksOf(order);
    const fill = fillOf(order, 4, 100);
    settle(books, [fill]);
    const after = books.accounts.get('user');
    const again = settle(books, [fill]);
    expect([again.fills, again.mismatches, again.events.size]).toEqual([[], [], 0]);
    expect(books.accounts.get('user')).toBe(after);
  });

  test.each<[string, (order: Order) => BrokerFill]>([
    ['of more than is open', (order) => fillOf(order, 11, 100)],
    ['at a price worse than the bound', (order) => fillOf(order, 1, '105.01')],
    ['of no whole number', (order) => fillOf(order, 0.5, 100)],
    ['of nothing', (order) => fillOf(order, 0, 100)],
    ['at a price of nothing', (order) => fillOf(order, 1, 0)],
    ['of an order that was never placed', (order) => fillOf(order, 1, 100, { orderId: 'unknown' })],
  ])('%s is a mismatch and changes nothing', (_, fill) => {
    const order = buy();
    const books = booksOf(order);
    const settlement = settle(books, [fill(order)]);
    expect(settlement.mismatches).toHaveLength(1);
    expect(settlement.orders.length + settlement.accounts.length + settlement.fills.length).toBe(0);
  });

  test('of more shares than are held is a mismatch', () => {
    const order = orderOf({ side: 'sell', boundPrice: decimal(90) });
    const books = booksOf(order);
    keepPosition(books.positions, 'user', positionOf('AAPL', 3, 300));
    expect(settle(books, [fillOf(order, 4, 100)]).mismatches).toMatchObject([
      { problem: 'more was sold than is held' },
    ]);
  });

  test('after the end of its order is a mismatch', () => {
    const order = buy();
    const books = booksOf(order);
    const settlement = settle(books, [
      { type: 'cancelled', orderId: order.id, at: NOON },
      fillOf(order, 1, 100),
    ]);
    expect(settlement.mismatches).toMatchObject([{ problem: 'the order is cancelled' }]);
  });

  test('of a sale takes out its share of the cost, and the last one the rest', () => {
    const order = orderOf({ side: 'sell', quantity: 3, boundPrice: decimal(1) });
    const books = booksOf(order, accountOf({ cash: 99_900, cost: 100 }));
    keepPosition(books.positions, 'user', positionOf('AAPL', 3, 100));
    settle(books, [fillOf(order, 1, 40)]);
    expect(
      [findPosition(books.positions, 'user', 'AAPL').cost, books.accounts.get('user')!.realized].map(String),
    ).toEqual(['66.6667', '6.6667']);
    settle(books, [fillOf(order, 1, 40), fillOf(order, 1, 40)]);
    expect(
      [findPosition(books.positions, 'user', 'AAPL').cost, books.accounts.get('user')!.realized].map(String),
    ).toEqual(['0', '20']);
  });
});

describe('the end of an order', () => {
  const ends: [string, Partial<Order>, BrokerEvent['type'], string, string, boolean][] = [
    [
      'asked for by its user',
      { endReason: 'CANCELLED_BY_USER' },
      'cancelled',
      'cancelled',
      'CANCELLED_BY_USER',
      false,
    ],
    ['by the kill switch', { endReason: 'TRADING_HALTED' }, 'cancelled', 'cancelled', 'TRADING_HALTED', true],
    ['at the close', { expiresAt: NOON }, 'cancelled', 'expired', 'EXPIRED', true],
    ['reported by the broker', {}, 'expired', 'expired', 'EXPIRED', true],
    ['that we did not ask for', {}, 'cancelled', 'cancelled', 'BROKER_REJECTED', true],
    ['before it began', {}, 'unavailable', 'rejected', 'BROKER_UNAVAILABLE', true],
  ];
  test.each(ends)('%s gives back the reserve and says why', (_, changes, type, status, reason, isNews) => {
    const order = orderOf({ reserved: decimal(1_050), status: 'submitting', ...changes });
    const books = booksOf(order);
    const event = { type, orderId: order.id, at: NOON } as BrokerEvent;
    const events = reported(books, [event]);
    expect(events).toEqual([['order:update', status], ...(isNews ? [['trade:failed', reason]] : [])]);
    expect(books.orders.get(order.id)).toMatchObject({ status, reason });
    expect(books.accounts.get('user')!.reserved.toString()).toBe('0');
    expect(settle(books, [event]).orders).toEqual([]);
  });

  test('names the shares that failed, not those that were bought', () => {
    const order = orderOf({ reserved: decimal(1_050), expiresAt: NOON });
    const books = booksOf(order);
    const settlement = settle(books, [
      fillOf(order, 4, 100),
      { type: 'expired', orderId: order.id, at: NOON },
    ]);
    const failed = settlement.events.get('user')!.at(-1);
    expect(failed).toMatchObject({
      event: 'trade:failed',
      payload: {
        error: 'The order expired at the close. 4 of 10 shares were filled.',
        signal: { quantity: 6 },
      },
    });
  });

  test('an acceptance that comes after the fill changes nothing', () => {
    const order = orderOf({ reserved: decimal(1_050) });
    const books = booksOf(order);
    expect(
      reported(books, [fillOf(order, 10, 100), { type: 'accepted', orderId: order.id, at: NOON }]),
    ).toHaveLength(2);
  });
});

test('final states are exactly those that nothing leaves', () => {
  for (const from of ORDER_STATUSES)
    expect([from, ORDER_STATUSES.some((to) => canMove(from, to))]).toEqual([from, !isFinal(from)]);
});

describe('whatever the broker says', () => {
  const SYMBOLS = ['AAPL', 'BRKA', 'PENNY'];
  const price = fc
    .oneof(fc.integer({ min: 1, max: 9_999 }), fc.integer({ min: 10_000, max: 2_000_000 }))
    .map((ticks) => decimal(ticks).div(10_000));
  const trade = fc.record({
    symbol: fc.constantFrom(...SYMBOLS),
    buying: fc.boolean(),
    quantity: fc.integer({ min: 1, max: 500 }),
    bound: price,
    fills: fc.array(fc.record({ part: fc.integer({ min: 1, max: 600 }), price, repeated: fc.boolean() }), {
      maxLength: 5,
    }),
    end: fc.constantFrom('cancelled', 'expired', 'rejected', 'unavailable', null),
  });

  test('cash + cost = deposits + realised, positions are the sum of fills, and reserves those of open orders', () => {
    fc.assert(
      fc.property(fc.array(trade, { maxLength: 20 }), (trades) => {
        const deposits = 50_000;
        const books: Books = {
          orders: new Map(),
          accounts: new Map([['user', accountOf({ deposits, cash: deposits })]]),
          positions: new Map(),
          executions: new Set(),
        };
        const held = new Map<string, number>();
        for (const { symbol, buying, quantity, bound, fills, end } of trades) {
          const account = books.accounts.get('user')!;
          const reserved = buying ? bound.times(quantity) : ZERO;
          if (reserved.gt(account.cash.minus(account.reserved))) continue;
          const order = orderOf({
            symbol,
            side: buying ? 'buy' : 'sell',
            quantity,
            boundPrice: bound,
            reserved,
          });
          books.orders.set(order.id, order);
          books.accounts.set('user', { ...account, reserved: account.reserved.plus(reserved) });
          const events: BrokerEvent[] = fills.flatMap(({ part, price: at, repeated }) => {
            const fill = fillOf(order, part, at.toString());
            return repeated ? [fill, fill] : [fill];
          });
          if (end === 'rejected') events.push({ type: end, orderId: order.id, message: 'no', at: NOON });
          else if (end) events.push({ type: end, orderId: order.id, at: NOON });
          for (const { quantity: filled } of settle(books, events).fills)
            held.set(symbol, (held.get(symbol) ?? 0) + (buying ? filled : -filled));

          const { cash, cost, realized, reserved: set } = books.accounts.get('user')!;
          expect(cash.plus(cost).toString()).toBe(realized.plus(deposits).toString());
          expect(cost.toString()).toBe(
            [...(books.positions.get('user')?.values() ?? [])]
              .reduce((sum, at) => sum.plus(at.cost), ZERO)
              .toString(),
          );
          expect(set.toString()).toBe(
            [...books.orders.values()].reduce((sum, at) => sum.plus(at.reserved), ZERO).toString(),
          );
          expect(set.gte(0) && cash.gte(set) && cost.gte(0)).toBe(true);
          for (const name of SYMBOLS)
            expect(findPosition(books.positions, 'user', name).quantity).toBe(held.get(name) ?? 0);
        }
      }),
      { numRuns: 500 },
    );
  });
});
