import { expect, test } from '@jest/globals';
import { ownTradesOn } from '../../../../dashboard/src/features/chart/own-trades.ts';
import type { BarSize } from '../../../../dashboard/src/lib/timeframes.ts';
import { isTrade } from '../../../../dashboard/src/stores/trades.ts';
import { executed } from '../../support/fixtures.ts';

const DAY = 86_400;
const OPEN = Date.parse('2013-11-29T14:30:00.000Z') / 1_000;
const barAt = (time: number) => ({ time, open: 1, high: 1, low: 1, close: 1, volume: 1 });
const boughtAt = (second: number) =>
  executed(1, { symbol: 'AAPL', timestamp: new Date(second * 1_000).toISOString() });
const times = (size: BarSize, bars: readonly number[], second: number) =>
  ownTradesOn(bars.map(barAt), [boughtAt(second)].filter(isTrade), { symbol: 'AAPL', size }).map(
    ({ time }) => time,
  );

const MINUTES: BarSize = { timespan: 'minute', multiplier: 1 };
const WEEKS: BarSize = { timespan: 'week', multiplier: 1 };

test('a fill outside of the shown session stands at the bar before it, also over a long weekend', () => {
  expect(times(MINUTES, [OPEN, OPEN + 60], OPEN + 70)).toEqual([OPEN + 60]);
  expect(times(MINUTES, [OPEN, OPEN + 60], OPEN + 3.7 * DAY)).toEqual([OPEN + 60]);
  expect(times(WEEKS, [OPEN], OPEN + 6 * DAY)).toEqual([OPEN]);
});

test('a fill of another time than the bars, as on a recording, stands at none', () => {
  expect(times(MINUTES, [OPEN, OPEN + 60], Date.parse('2026-11-20T15:00:00.000Z') / 1_000)).toEqual([]);
  expect(times(MINUTES, [OPEN, OPEN + 5 * DAY], OPEN + 4.5 * DAY)).toEqual([]);
  expect(times(WEEKS, [OPEN], OPEN + 12 * DAY)).toEqual([]);
  expect(times(MINUTES, [OPEN], OPEN - 1)).toEqual([]);
});
