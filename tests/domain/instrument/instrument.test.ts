import { describe, expect, test } from '@jest/globals';
import { instrumentOf } from '../../../src/domain/instrument/instrument.ts';
import { notional } from '../../../src/domain/instrument/notional.ts';
import { decimal } from '../../../src/lib/decimal.ts';

describe('what a symbol stands for', () => {
  test('a stock', () => {
    expect(instrumentOf('BRK.B')).toMatchObject({
      kind: 'stock',
      symbol: 'BRK.B',
      root: 'BRK',
      multiplier: 1,
      calendar: 'us-equities',
    });
  });

  test('an option contract of a hundred shares', () => {
    expect(instrumentOf('O:SPY251219P00650500')).toMatchObject({
      kind: 'option',
      root: 'SPY',
      expiry: '2025-12-19',
      right: 'put',
      strike: 650.5,
      multiplier: 100,
      calendar: 'us-options',
    });
  });

  test('an adjusted contract, whose shares its symbol does not tell', () => {
    expect(instrumentOf('O:AAPL1251219C00150000')).toMatchObject({ root: 'AAPL1', multiplier: null });
  });

  test('a name of an earlier grammar counts as a stock', () => {
    expect(instrumentOf('S7')).toMatchObject({ kind: 'stock', symbol: 'S7', multiplier: 1 });
  });
});

describe('what a quantity is worth', () => {
  test('shares at their price, contracts at a hundred times theirs', () => {
    expect(notional('AAPL', decimal('187.53'), 10).toString()).toBe('1875.3');
    expect(notional('O:SPY251219C00650000', decimal('1.05'), 3).toString()).toBe('315');
  });

  test('is not guessed for an adjusted contract', () => {
    expect(() => notional('O:AAPL1251219C00150000', decimal(1), 1)).toThrow(/multiplier/);
  });
});
