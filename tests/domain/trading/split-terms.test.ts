import { describe, expect, test } from '@jest/globals';
import { sellFraction, splitOrder, splitPosition } from '../../../src/domain/trading/split-terms.ts';
import { decimal } from '../../../src/lib/decimal.ts';
import { accountOf, orderOf, positionOf, TODAY } from '../../support/trading.ts';

const split = (to: number, from: number) => ({ symbol: 'AAPL', day: TODAY, from, to });
const parts = (position: ReturnType<typeof splitPosition>) =>
  position && {
    quantity: position.quantity,
    cost: position.cost.toString(),
    fraction: position.fraction.toString(),
    fractionCost: position.fractionCost.toString(),
  };

describe('a position', () => {
  test.each([
    [
      'four for one',
      10,
      1_000,
      split(4, 1),
      { quantity: 40, cost: '1000', fraction: '0', fractionCost: '0' },
    ],
    [
      'three for two',
      7,
      700,
      split(3, 2),
      { quantity: 10, cost: '666.6667', fraction: '0.5', fractionCost: '33.3333' },
    ],
    ['one for ten', 15, 150, split(1, 10), { quantity: 1, cost: '100', fraction: '0.5', fractionCost: '50' }],
    [
      'one for three',
      10,
      90,
      split(1, 3),
      { quantity: 3, cost: '81', fraction: '0.333333333333', fractionCost: '9' },
    ],
    [
      'one for ten of fewer shares',
      5,
      55.5,
      split(1, 10),
      { quantity: 0, cost: '0', fraction: '0.5', fractionCost: '55.5' },
    ],
  ])('has its shares times the ratio at the same cost: %s', (_, quantity, cost, ratio, expected) => {
    expect(parts(splitPosition(positionOf('AAPL', quantity, cost), ratio, 0))).toEqual(expected);
  });

  test('counts what was traded since the split in shares of after it', () => {
    // 100 of before; 50 of after were bought.
    expect(splitPosition(positionOf('AAPL', 150, 9_000), split(4, 1), 50)?.quantity).toBe(450);
    // All of the 100 were sold, as if they were shares of after it.
    expect(splitPosition(positionOf('AAPL', 0, 0), split(4, 1), -100)?.quantity).toBe(300);
    expect(splitPosition(positionOf('AAPL', 0, 0), split(1, 10), -100)).toBeNull();
  });

  test('sells its fraction with its part of the cost, and the rest is realised', () => {
    const position = splitPosition(positionOf('AAPL', 15, 150), split(1, 10), 0)!;
    const account = accountOf({ cash: 99_850, cost: 150 });
    const { cash, ...sold } = sellFraction({ account, position }, decimal('98.7654321'), TODAY);
    expect(cash.toString()).toBe('49.3827');
    expect(sold.account.cash.plus(sold.account.cost).toString()).toBe(
      sold.account.deposits.plus(sold.account.realized).toString(),
    );
    expect(sold.account.realized.toString()).toBe('-0.6173');
    expect(parts(sold.position)).toEqual({ quantity: 1, cost: '100', fraction: '0', fractionCost: '0' });
  });
});

describe('an open order', () => {
  const limit = (side: 'buy' | 'sell', quantity: number, price: string, changes = {}) =>
    orderOf({
      type: 'limit',
      side,
      quantity,
      limitPrice: decimal(price),
      boundPrice: decimal(price),
      ...changes,
    });
  const terms = (order: ReturnType<typeof splitOrder>) =>
    order && [
      order.quantity,
      order.limitPrice?.toString(),
      order.boundPrice?.toString(),
      order.reserved.toString(),
    ];

  test('has what is open times the ratio, at its price divided by it', () => {
    expect(terms(splitOrder(limit('buy', 10, '100', { reserved: decimal(1_000) }), split(4, 1)))).toEqual([
      ...[40, '25', '25', '1000'],
    ]);
    const half = limit('sell', 10, '100', { filledQuantity: 4, status: 'partially_filled' });
    expect(terms(splitOrder(half, split(4, 1)))).toEqual([4 + 24, '25', '25', '0']);
  });

  test('has a price between two steps rounded for its side: a purchase reserves no more', () => {
    expect(terms(splitOrder(limit('buy', 3, '100', { reserved: decimal(300) }), split(3, 1)))).toEqual([
      ...[9, '33.33', '33.33', '299.97'],
    ]);
    expect(terms(splitOrder(limit('sell', 3, '100'), split(3, 1)))).toEqual([9, '33.34', '33.34', '0']);
  });

  test('cannot go on for a part of a share, or at no price', () => {
    expect(splitOrder(limit('sell', 15, '10'), split(1, 10))).toBeNull();
    expect(splitOrder(limit('sell', 20, '10'), split(1, 10))).toMatchObject({ quantity: 2 });
    expect(splitOrder(limit('buy', 10, '0.0001'), split(4, 1))).toBeNull();
  });

  test('to stop has its stop price divided as well', () => {
    const stop = orderOf({
      type: 'stop',
      side: 'sell',
      quantity: 10,
      stopPrice: decimal(90),
      boundPrice: decimal('85.5'),
    });
    const after = splitOrder(stop, split(4, 1));
    expect([after?.stopPrice, after?.boundPrice].map(String)).toEqual(['22.5', '21.38']);
  });
});
