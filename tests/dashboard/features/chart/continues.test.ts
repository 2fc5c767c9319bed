/** @jest-environment node */
import { expect, test } from '@jest/globals';
import { continues } from '../../../../dashboard/src/features/chart/continues.ts';
import type { Bar } from '../../../../dashboard/src/lib/bars.ts';
import { withTick } from '../../../../dashboard/src/stores/bar-lists.ts';

const MINUTE = { timespan: 'minute', multiplier: 1 } as const;
const at = (second: number, price: number) => ({
  price,
  volume: 100,
  timestamp: new Date(second * 1_000).toISOString(),
});

test('a chart continues a history that grew, and draws anew what only looks like it', () => {
  const day: readonly Bar[] = [
    { time: 600, open: 10, high: 11, low: 9, close: 10, volume: 5 },
    { time: 660, open: 10, high: 10, low: 10, close: 10, volume: 5 },
    { time: 720, open: 10, high: 10, low: 10, close: 10, volume: 5 },
  ];
  expect(continues(day, withTick(day, at(725, 12), MINUTE, 1))).toBe(true);
  expect(continues(day, withTick(day, at(780, 12), MINUTE, 1))).toBe(true);
  const otherSymbol = day.map((bar) => ({ ...bar }));
  expect(continues(day, otherSymbol)).toBe(false);
  expect(continues([], day)).toBe(false);
  expect(continues(day, day.slice(0, 2))).toBe(false);
});
