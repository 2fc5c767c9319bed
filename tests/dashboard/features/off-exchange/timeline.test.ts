/** @jest-environment node */
import { expect, test } from '@jest/globals';
import { timelineOf } from '../../../../dashboard/src/features/off-exchange/timeline.ts';

const START = Date.parse('2026-11-20T15:00:00.000Z') / 1_000;
const minute = (index: number) => ({
  time: START + index * 60,
  bullish: 1,
  bearish: 0,
  unknown: 0,
  prints: 1,
});

test('an outage takes the room of its minutes, and is marked', () => {
  const gaps = [{ from: '2026-11-20T15:01:30.000Z', to: '2026-11-20T15:03:00.000Z' }];
  const timeline = timelineOf([minute(0), minute(1), minute(5)], gaps);
  expect(timeline.map(({ time }) => (time - START) / 60)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(timeline.map(({ amounts }) => amounts !== null)).toEqual([true, true, false, false, false, true]);
  expect(timeline.map(({ inGap }) => inGap)).toEqual([false, true, true, false, false, false]);
});

test('a day without prints has no minutes, and none before the first or behind the last', () => {
  const gaps = [{ from: '2026-11-20T09:00:00.000Z', to: '2026-11-20T21:00:00.000Z' }];
  expect(timelineOf([], gaps)).toEqual([]);
  expect(timelineOf([minute(3)], gaps)).toEqual([{ time: minute(3).time, amounts: minute(3), inGap: true }]);
});
