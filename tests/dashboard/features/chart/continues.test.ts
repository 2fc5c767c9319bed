/** @jest-environment node */
import { expect, test } from '@jest/globals';
import { continues } from '../../../../dashboard/src/features/chart/continues.ts';
import { type Bar, withQuote } from '../../../../dashboard/src/stores/candles.ts';
import { quoteOf } from '../../support/fixtures.ts';

const at = (second: number, price: number) =>
  quoteOf('AAPL', { price, timestamp: new Date(second * 1_000).toISOString() });

test('a chart continues a history that grew, and draws anew what only looks like it', () => {
  const day: readonly Bar[] = [
    { time: 600, open: 10, high: 11, low: 9, close: 10 },
    { time: 660, open: 10, high: 10, low: 10, close: 10 },
    { time: 720, open: 10, high: 10, low: 10, close: 10 },
  ];
  expect(continues(day, withQuote(day, at(725, 12)))).toBe(true);
  expect(continues(day, withQuote(day, at(780, 12)))).toBe(true);
  const otherSymbol = day.map((bar) => ({ ...bar }));
  expect(continues(day, otherSymbol)).toBe(false);
  expect(continues([], day)).toBe(false);
  expect(continues(day, day.slice(0, 2))).toBe(false);
});
