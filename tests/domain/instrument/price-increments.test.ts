import { describe, expect, test } from '@jest/globals';
import { instrumentOf } from '../../../src/domain/instrument/instrument.ts';
import { isOnTick, toTick } from '../../../src/domain/instrument/price-increments.ts';
import { decimal } from '../../../src/lib/decimal.ts';

const stock = instrumentOf('AAPL').increments;
const contract = instrumentOf('O:SPY251219C00650000').increments;

describe('prices of orders in stocks', () => {
  test.each([
    ['1', true],
    ['1.00', true],
    ['187.53', true],
    ['187.531', false],
    ['1.0001', false],
    ['0.9999', true],
    ['0.0001', true],
    ['0.99995', false],
    ['0', false],
    ['-1', false],
  ])('%s on tick: %s', (price, onTick) => {
    expect(isOnTick(stock, decimal(price))).toBe(onTick);
  });

  test('rounding to a tick goes against the trader and never to zero', () => {
    expect(toTick(stock, decimal('10.001'), 'buy').toString()).toBe('10.01');
    expect(toTick(stock, decimal('10.009'), 'sell').toString()).toBe('10');
    expect(toTick(stock, decimal('0.00001'), 'sell').toString()).toBe('0.0001');
    expect(toTick(stock, decimal('0.99995'), 'buy').toString()).toBe('1');
  });
});

test('contracts are priced in cents, below a dollar too', () => {
  expect(isOnTick(contract, decimal('0.55'))).toBe(true);
  expect(isOnTick(contract, decimal('0.555'))).toBe(false);
  expect(toTick(contract, decimal('0.001'), 'sell').toString()).toBe('0.01');
});
