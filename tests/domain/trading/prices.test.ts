import { describe, expect, test } from '@jest/globals';
import { boundPrice, toBookPrice } from '../../../src/domain/trading/prices.ts';
import { decimal } from '../../../src/lib/decimal.ts';

test('an execution is booked in hundredths of a cent, rounded against the trader', () => {
  expect(toBookPrice(decimal('10.00001'), 'buy')?.toString()).toBe('10.0001');
  expect(toBookPrice(decimal('10.00009'), 'sell')?.toString()).toBe('10');
  expect(toBookPrice(decimal('0.00005'), 'buy')?.toString()).toBe('0.0001');
  expect(toBookPrice(decimal('0.00005'), 'sell')).toBeNull();
});

describe('the bound of an order', () => {
  const of = (changes: object) => ({
    symbol: 'AAPL',
    type: 'market' as const,
    side: 'buy' as const,
    limitPrice: null,
    stopPrice: null,
    ...changes,
  });
  const collar = decimal('0.05');

  const from = (reference: number, last: number) => ({ reference: decimal(reference), last: decimal(last) });

  test('a market order may run by the collar from the quote or the last price, whichever is stricter', () => {
    expect(boundPrice(of({}), from(100.1, 100.5), collar).toString()).toBe('105.11');
    expect(boundPrice(of({}), from(100.1, 100), collar).toString()).toBe('105');
    expect(boundPrice(of({ side: 'sell' }), from(99.9, 99.5), collar).toString()).toBe('94.9');
    expect(boundPrice(of({ side: 'sell' }), from(99.9, 100), collar).toString()).toBe('95');
  });

  test('a stop order may run from its stop price, a limit order not at all', () => {
    const bound = (changes: object) => boundPrice(of(changes), from(100, 100), collar).toString();
    expect(bound({ type: 'stop', stopPrice: decimal(110) })).toBe('115.5');
    expect(bound({ type: 'limit', limitPrice: decimal(90) })).toBe('90');
  });
});
