import { expect, test } from '@jest/globals';
import { createSeenPrints } from '../../../src/domain/off-exchange/seen-prints.ts';
import { trade } from '../../support/ticks.ts';

const print = (symbol: string, trf: number, tradeId: string, sequence = 0) =>
  trade({ symbol, exchange: 4, trf, tradeId, sequence, price: 10, sourceTime: 1 });

test('ids that look alike are different prints, whatever they are made of', () => {
  const seen = createSeenPrints();
  const ids = ['1', '01', '10', '1e1', '1.0', ' 1', '9999999999', '99999999999', 'A1', '0', '-1'];
  const prints = ['AAPL', 'A', 'MSFT'].flatMap((symbol) =>
    [201, 202, 203, 7, 900].flatMap((trf) => ids.map((id) => print(symbol, trf, id))),
  );
  expect(new Set(prints.map(seen.see))).toEqual(new Set(['new']));
  expect(new Set(prints.map(seen.see))).toEqual(new Set(['repeated']));
});

test('a print is remembered for as many others as there is room for, then its number is behind', () => {
  const seen = createSeenPrints(1_024);
  const prints = Array.from({ length: 5_000 }, (_, i) => print('AAPL', 202, String(7 * i + 1), i + 1));
  expect(new Set(prints.map(seen.see))).toEqual(new Set(['new']));
  expect(new Set(prints.slice(-1_024).map(seen.see))).toEqual(new Set(['repeated']));
  expect(seen.see(prints[0]!)).toBe('forgotten');
  expect(seen.see(print('MSFT', 202, '1', 1))).toBe('new');
  seen.clear();
  expect(seen.see(prints[0]!)).toBe('new');
});
