import { describe, expect, test } from '@jest/globals';
import { boundPrice, referencePrice, toBookPrice } from '../../../src/domain/trading/prices.ts';
import { decimal } from '../../../src/lib/decimal.ts';
import { quoteOf } from '../../support/trading.ts';

test('an execution is booked in hundredths of a cent, rounded against the trader', () => {
  expect(toBookPrice(decimal('10.00001'), 'buy').toString()).toBe('10.0001');
  expect(toBookPrice(decimal('10.00009'), 'sell').toString()).toBe('10');
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

  test('a market order may run from the quote by the collar', () => {
    expect(boundPrice(of({}), decimal('100.1'), collar).toString()).toBe('105.11');
    expect(boundPrice(of({ side: 'sell' }), decimal('99.9'), collar).toString()).toBe('94.9');
  });

  test('a stop order may run from its stop price, a limit order not at all', () => {
    expect(boundPrice(of({ type: 'stop', stopPrice: decimal(110) }), decimal(100), collar).toString()).toBe(
      '115.5',
    );
    expect(boundPrice(of({ type: 'limit', limitPrice: decimal(90) }), decimal(100), collar).toString()).toBe(
      '90',
    );
  });
});

describe('the price a side would trade at', () => {
  test('is the ask or the bid, and the last price where the feed has trades only', () => {
    expect(referencePrice(quoteOf('A'), 'buy')?.toString()).toBe('100.1');
    expect(referencePrice(quoteOf('A'), 'sell')?.toString()).toBe('99.9');
    expect(referencePrice(quoteOf('A', { ask: undefined }), 'buy')?.toString()).toBe('100');
  });

  test.each([Number.NaN, 0, -1, Number.POSITIVE_INFINITY])('is none for an ask of %s', (ask) => {
    expect(referencePrice(quoteOf('A', { ask }), 'buy')).toBeNull();
  });
});
