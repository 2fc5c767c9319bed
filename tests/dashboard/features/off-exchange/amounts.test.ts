/** @jest-environment node */

import { expect, test } from '@jest/globals';
import {
  bullishShare,
  classifiedShare,
  nextSort,
  ofNewestDay,
  sortTotals,
  sumOf,
} from '../../../../dashboard/src/features/off-exchange/amounts.ts';
import { totalsOf } from '../../support/off-exchange.ts';

test('the classified share is of the whole notional, and none where there is no notional', () => {
  expect(classifiedShare({ bullish: 30, bearish: 20, unknown: 50 })).toBe(0.5);
  expect(classifiedShare({ bullish: 0, bearish: 0, unknown: 0 })).toBeNull();
  expect(bullishShare({ bullish: 30, bearish: 10, unknown: 50 })).toBe(0.75);
  expect(bullishShare({ bullish: 0, bearish: 0, unknown: 50 })).toBeNull();
  expect(sumOf([totalsOf('AAPL'), totalsOf('MSFT', { unknown: 1 })])).toEqual({
    bullish: 1_200_000.5,
    bearish: 800_000,
    unknown: 200_001,
  });
});

test('only the newest day in New York is shown, also where UTC has another date', () => {
  const late = totalsOf('AAPL', { lastUpdated: '2026-11-21T00:30:00.000Z' });
  const evening = totalsOf('MSFT', { lastUpdated: '2026-11-20T23:30:00.000Z' });
  const next = totalsOf('TSLA', { lastUpdated: '2026-11-21T09:30:00.000Z' });
  expect(ofNewestDay([late, evening])).toEqual({ day: '2026-11-20', totals: [late, evening] });
  expect(ofNewestDay([late, evening, next])).toEqual({ day: '2026-11-21', totals: [next] });
  expect(ofNewestDay([])).toEqual({ day: null, totals: [] });
});

test('totals are sorted by each column, the largest first, and by name where they are equal', () => {
  const all = [
    totalsOf('B', { bullish: 5, bearish: 0, unknown: 0 }),
    totalsOf('A', { bullish: 5, bearish: 1, unknown: 94 }),
    totalsOf('C', { bullish: 1, bearish: 50, unknown: 0 }),
  ];
  const by = (column: Parameters<typeof nextSort>[1], descending = true) =>
    sortTotals(all, { column, descending }).map(({ symbol }) => symbol);
  expect(by('total')).toEqual(['A', 'C', 'B']);
  expect(by('bullish')).toEqual(['A', 'B', 'C']);
  expect(by('classified')).toEqual(['B', 'C', 'A']);
  expect(by('symbol', false)).toEqual(['A', 'B', 'C']);
  expect(nextSort({ column: 'total', descending: true }, 'symbol')).toEqual({
    column: 'symbol',
    descending: false,
  });
  expect(nextSort({ column: 'symbol', descending: false }, 'symbol')).toEqual({
    column: 'symbol',
    descending: true,
  });
});
