/** @jest-environment node */
import { expect, test } from '@jest/globals';
import type { Bar } from '../../../dashboard/src/lib/bars.ts';
import {
  exponentialAverage,
  simpleAverage,
  volumeWeightedAverage,
} from '../../../dashboard/src/lib/indicators.ts';

const bars = (closes: readonly number[], part: Partial<Bar> = {}): readonly Bar[] =>
  closes.map((close, index) => ({
    time: index * 60,
    open: close,
    high: close,
    low: close,
    close,
    volume: 100,
    ...part,
  }));

test('the simple average is the mean of the last closes, and unknown before there are enough', () => {
  expect(simpleAverage(bars([1, 2, 3, 4, 8]), 3)).toEqual([null, null, 2, 3, 5]);
  expect(simpleAverage([], 3)).toEqual([]);
  // A long run of fractions does not drift away.
  const long = simpleAverage(bars(Array.from({ length: 20_000 }, (_, index) => 100 + (index % 7) / 10)), 7);
  expect(long.at(-1)).toBeCloseTo(100.3, 9);
});

// The ten-day average of stockcharts.com, "Moving Averages - Simple and Exponential".
test('the exponential average begins with the simple one and agrees with a published table', () => {
  const closes = [
    22.27, 22.19, 22.08, 22.17, 22.18, 22.13, 22.23, 22.43, 22.24, 22.29, 22.15, 22.39, 22.38, 22.61, 23.36,
    24.05, 23.75, 23.83, 23.95, 23.63,
  ];
  const line = exponentialAverage(bars(closes), 10);
  expect(line.slice(0, 9)).toEqual(Array(9).fill(null));
  expect(line.slice(9).map((value) => Math.round(value! * 100) / 100)).toEqual([
    22.22, 22.21, 22.24, 22.27, 22.33, 22.52, 22.8, 22.97, 23.13, 23.28, 23.34,
  ]);
});

test('the volume-weighted average starts anew each day and takes the bar’s own average where it is known', () => {
  const [first, second, third] = bars([10, 20, 30]) as [Bar, Bar, Bar];
  const day = [
    { ...first, volume: 100, vwap: 11 },
    { ...second, volume: 300, high: 22, low: 18 },
    { ...third, volume: 0 },
  ];
  expect(volumeWeightedAverage(day, () => 'one')).toEqual([11, 17.75, 17.75]);
  expect(volumeWeightedAverage(day, (time) => String(time))).toEqual([11, 20, null]);
});
