/** @jest-environment node */
import { describe, expect, test } from '@jest/globals';
import {
  type Bar,
  barStart,
  clockAt,
  dateAt,
  firstInSight,
  indexOfBar,
  isRegular,
  lastUpTo,
} from '../../../dashboard/src/lib/bars.ts';
import { timeframeOf } from '../../../dashboard/src/lib/timeframes.ts';

const at = (iso: string): number => Date.parse(iso) / 1_000;
const iso = (second: number): string => new Date(second * 1_000).toISOString();
const bar = (time: number): Bar => ({ time, open: 1, high: 1, low: 1, close: 1, volume: 1 });

describe('the start of a bar', () => {
  test.each([
    ['minute', 1, '2026-11-20T15:04:59Z', '2026-11-20T15:04:00.000Z'],
    ['minute', 30, '2026-11-20T14:59:59Z', '2026-11-20T14:30:00.000Z'],
    ['hour', 1, '2026-11-20T14:59:59Z', '2026-11-20T14:00:00.000Z'],
    // Midnight in New York, whatever day it is in Greenwich, and on both sides of a clock change.
    ['day', 1, '2026-11-21T03:00:00Z', '2026-11-20T05:00:00.000Z'],
    ['day', 1, '2026-10-30T15:00:00Z', '2026-10-30T04:00:00.000Z'],
    ['day', 1, '2026-11-01T20:00:00Z', '2026-11-01T04:00:00.000Z'],
    ['week', 1, '2026-11-05T15:00:00Z', '2026-11-01T04:00:00.000Z'],
    ['week', 1, '2026-03-11T15:00:00Z', '2026-03-08T05:00:00.000Z'],
    ['month', 1, '2026-11-20T15:00:00Z', '2026-11-01T04:00:00.000Z'],
  ] as const)('of a %s times %i at %s is %s', (timespan, multiplier, moment, start) => {
    expect(iso(barStart(at(moment), { timespan, multiplier }))).toBe(start);
  });
});

test('the clock of New York goes with its daylight-saving time', () => {
  expect(iso(clockAt(at('2026-03-08T06:59:59Z')))).toBe('2026-03-08T01:59:59.000Z');
  expect(iso(clockAt(at('2026-03-08T07:00:00Z')))).toBe('2026-03-08T03:00:00.000Z');
  expect(iso(clockAt(at('2026-11-01T05:59:59Z')))).toBe('2026-11-01T01:59:59.000Z');
  expect(iso(clockAt(at('2026-11-01T06:00:00Z')))).toBe('2026-11-01T01:00:00.000Z');
  expect(dateAt(at('2026-11-21T04:59:59Z'))).toBe('2026-11-20');
});

test.each([
  ['2026-11-20T14:29:59Z', false],
  ['2026-11-20T14:30:00Z', true],
  ['2026-11-20T20:59:59Z', true],
  ['2026-11-20T21:00:00Z', false],
  // The same hours a week after the clocks have changed.
  ['2026-10-30T13:30:00Z', true],
  ['2026-10-30T20:00:00Z', false],
  // The day after Thanksgiving closes at one.
  ['2026-11-27T17:59:00Z', true],
  ['2026-11-27T18:00:00Z', false],
])('the regular session at %s: %s', (moment, regular) => {
  expect(isRegular(at(moment))).toBe(regular);
});

test('a timeframe begins with its first session or month, in the last one that has bars', () => {
  const days = ['2026-11-17', '2026-11-18', '2026-11-19', '2026-11-20', '2026-11-23', '2026-11-24'];
  const bars = days.flatMap((day) => [bar(at(`${day}T15:00:00Z`)), bar(at(`${day}T23:59:00Z`))]);
  expect(firstInSight(bars, timeframeOf('1d'))).toBe(10);
  expect(firstInSight(bars, timeframeOf('5d'))).toBe(2);
  expect(firstInSight(bars, timeframeOf('1m'))).toBe(0);
  const months = ['2025-01-02', '2025-11-23', '2025-11-24', '2026-11-24'].map((day) =>
    bar(at(`${day}T05:00:00Z`)),
  );
  expect(firstInSight(months, timeframeOf('1y'))).toBe(2);
  expect(firstInSight([], timeframeOf('1y'))).toBe(0);
});

test('a bar is found by its start, and by a moment after it', () => {
  const bars = [60, 120, 240].map(bar);
  expect([60, 120, 180, 240].map((time) => indexOfBar(bars, time))).toEqual([0, 1, -1, 2]);
  expect([59, 60, 239, 9_999].map((time) => lastUpTo(bars, time))).toEqual([-1, 0, 1, 2]);
});
