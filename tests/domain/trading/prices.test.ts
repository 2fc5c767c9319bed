import { describe, expect, test } from '@jest/globals';
import {
  boundPrice,
  isOnTick,
  referencePrice,
  toBookPrice,
  toTick,
} from '../../../src/domain/trading/prices.ts';
import { decimal } from '../../../src/lib/decimal.ts';
import { quoteOf } from '../../support/trading.ts';

describe('order prices', () => {
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
    expect(isOnTick(decimal(price))).toBe(onTick);
  });

  test('rounding to a tick goes against the trader and never to zero', () => {
    expect(toTick(decimal('10.001'), 'buy').toString()).toBe('10.01');
    expect(toTick(decimal('10.009'), 'sell').toString()).toBe('10');
    expect(toTick(decimal('0.00001'), 'sell').toString()).toBe('0.0001');
    expect(toBookPrice(decimal('10.00001'), 'buy').toString()).toBe('10.0001');
    expect(toBookPrice(decimal('10.00009'), 'sell').toString()).toBe('10');
  });
});

describe('the bound of an order', () => {
  const of = (changes: object) => ({
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
