/** @jest-environment node */
import { describe, expect, test } from '@jest/globals';
import type { Bar } from '../../../dashboard/src/lib/bars.ts';
import { gathered, joinBars, withTick } from '../../../dashboard/src/stores/bar-lists.ts';

const at = (iso: string): number => Date.parse(iso) / 1_000;
const bar = (time: number, close: number, part: Partial<Bar> = {}): Bar => ({
  time,
  open: close,
  high: close,
  low: close,
  close,
  volume: 10,
  ...part,
});
const MINUTE = { timespan: 'minute', multiplier: 1 } as const;
const DAY = { timespan: 'day', multiplier: 1 } as const;
const WEEK = { timespan: 'week', multiplier: 1 } as const;
const tick = (timestamp: string, price: number, volume = 500, part = {}) => ({
  price,
  volume,
  timestamp,
  ...part,
});

describe('joining pages', () => {
  test('older bars stand before, and no bar is there twice', () => {
    const held = [bar(120, 2), bar(180, 3)];
    expect(joinBars(held, [bar(0, 0), bar(60, 1)]).map(({ time }) => time)).toEqual([0, 60, 120, 180]);
    expect(joinBars(held, [bar(60, 1), bar(120, 2)]).map(({ time }) => time)).toEqual([60, 120, 180]);
    expect(joinBars(held, [])).toBe(held);
  });

  test('a finished bar is as the source has it, also where the source has none', () => {
    const held = [bar(0, 1), bar(60, 9), bar(120, 9), bar(180, 3)];
    const fetched = [bar(60, 2), bar(180, 3, { volume: 40 })];
    expect(joinBars(held, fetched)).toEqual([bar(0, 1), bar(60, 2), bar(180, 3, { volume: 40 })]);
  });

  test('the running bar keeps its newer price and has the extremes of both', () => {
    const held = [bar(60, 5, { high: 6, low: 4, volume: 30 })];
    const fetched = [bar(60, 3, { open: 2, high: 5, low: 1, volume: 50 })];
    expect(joinBars(held, fetched)).toEqual([{ time: 60, open: 2, high: 6, low: 1, close: 5, volume: 50 }]);
  });

  test('bars that ticks have begun after the page stay', () => {
    expect(joinBars([bar(60, 1), bar(120, 2)], [bar(0, 0), bar(60, 1)]).map(({ time }) => time)).toEqual([
      0, 60, 120,
    ]);
  });
});

test('minutes gather to larger bars', () => {
  const minutes = [
    bar(at('2026-11-20T14:59:00Z'), 1),
    bar(at('2026-11-20T15:00:00Z'), 2, { high: 5 }),
    bar(at('2026-11-20T15:29:00Z'), 3, { low: 0.5 }),
  ];
  expect(gathered(minutes, { timespan: 'minute', multiplier: 30 })).toEqual([
    bar(at('2026-11-20T14:30:00Z'), 1),
    { time: at('2026-11-20T15:00:00Z'), open: 2, high: 5, low: 0.5, close: 3, volume: 20 },
  ]);
});

describe('the live bar', () => {
  const minute = at('2026-11-20T15:00:00Z');
  const bars = [bar(minute, 10)];

  test('grows with its price and what was traded', () => {
    expect(withTick(bars, tick('2026-11-20T15:00:59Z', 12), MINUTE, 7)).toEqual([
      { time: minute, open: 10, high: 12, low: 10, close: 12, volume: 17 },
    ]);
    expect(withTick(bars, tick('2026-11-20T15:00:59Z', 10), MINUTE, 0)).toBe(bars);
  });

  test('is followed by the next one with the first trade of the next minute, and only then', () => {
    const next = tick('2026-11-20T15:01:00Z', 11);
    expect(withTick(bars, next, MINUTE, 5)).toEqual([...bars, bar(minute + 60, 11, { volume: 5 })]);
    expect(withTick(bars, next, MINUTE, 0)).toBe(bars);
  });

  test('is not moved by the quote of a contract, whose last trade may be of an earlier minute', () => {
    const quoted = tick('2026-11-20T15:00:59Z', 7, 500, { quoted: true });
    expect(withTick(bars, quoted, MINUTE, 0)).toBe(bars);
    expect(withTick(bars, quoted, MINUTE, 2)[0]).toMatchObject({ low: 7, close: 7, volume: 12 });
  });

  test('is not moved by what is older than it, or has no time', () => {
    expect(withTick(bars, tick('2026-11-20T14:59:59Z', 12), MINUTE, 5)).toBe(bars);
    expect(withTick(bars, tick('never', 12), MINUTE, 5)).toBe(bars);
  });

  test('of a day has the figures of the day, and the next day begins with its own', () => {
    const today = at('2026-11-20T05:00:00Z');
    const day = [bar(today, 10)];
    const figures = { open: 9, high: 15, low: 8 };
    const grown = withTick(day, tick('2026-11-20T15:00:00Z', 12, 900, figures), DAY, 5);
    expect(grown).toEqual([{ time: today, open: 10, high: 15, low: 8, close: 12, volume: 900 }]);
    expect(withTick(grown, tick('2026-11-21T04:59:59Z', 12, 900, figures), DAY, 0)).toBe(grown);
    const monday = withTick(grown, tick('2026-11-23T09:00:00Z', 13, 40), DAY, 40);
    expect(monday.at(-1)).toEqual(bar(at('2026-11-23T05:00:00Z'), 13, { volume: 40 }));
  });

  test('of a week goes on over the days and the change of the clocks', () => {
    const week = [bar(at('2026-11-01T04:00:00Z'), 10)];
    const grown = withTick(week, tick('2026-11-06T20:00:00Z', 12, 900, { high: 15, low: 8 }), WEEK, 5);
    expect(grown).toEqual([{ time: week[0]!.time, open: 10, high: 12, low: 10, close: 12, volume: 15 }]);
    const next = withTick(grown, tick('2026-11-09T15:00:00Z', 11, 20), WEEK, 20);
    expect(next.map(({ time }) => time)).toEqual([week[0]!.time, at('2026-11-08T05:00:00Z')]);
  });
});
