import { describe, expect, test } from '@jest/globals';
import { aggregateBars, type BarSize, barStart } from '../../../src/domain/market/bars.ts';

const at = (iso: string): number => Date.parse(iso);
const iso = (time: number): string => new Date(time).toISOString();
const size = (timespan: BarSize['timespan'], multiplier = 1): BarSize => ({ timespan, multiplier });
const start = (time: string, of: BarSize, from = time): string => iso(barStart(at(time), of, at(from)));

describe('a bar begins', () => {
  test.each([
    // 09:33 in New York is 14:33 UTC in winter and 13:33 in summer.
    [size('minute'), '2026-01-15T14:33:20Z', '2026-01-15T14:33:00.000Z'],
    [size('minute', 5), '2026-01-15T14:33:20Z', '2026-01-15T14:30:00.000Z'],
    [size('hour'), '2026-07-15T13:33:20Z', '2026-07-15T13:00:00.000Z'],
    [size('hour', 4), '2026-07-15T13:33:20Z', '2026-07-15T12:00:00.000Z'],
    [size('day'), '2026-07-15T01:00:00Z', '2026-07-14T04:00:00.000Z'],
    [size('week'), '2026-07-15T14:00:00Z', '2026-07-12T04:00:00.000Z'],
    [size('month'), '2026-07-15T14:00:00Z', '2026-07-01T04:00:00.000Z'],
  ] as const)('with its %j, in New York', (of, time, begins) => {
    expect(start(time, of)).toBe(begins);
  });

  test('of many minutes not before midnight, on the days with 23 and 25 hours as well', () => {
    for (const date of ['2026-03-08', '2026-11-01']) {
      const noon = `${date}T17:00:00Z`;
      const begins = start(noon, size('hour', 24));
      expect(begins).toBe(`${date}T0${date === '2026-03-08' ? 5 : 4}:00:00.000Z`);
    }
  });

  test('of several days, weeks or months counted from the range’s own first one', () => {
    const from = '2026-07-14T04:00:00Z';
    expect(start('2026-07-16T14:00:00Z', size('day', 3), from)).toBe('2026-07-14T04:00:00.000Z');
    expect(start('2026-07-17T14:00:00Z', size('day', 3), from)).toBe('2026-07-17T04:00:00.000Z');
    expect(start('2026-07-24T14:00:00Z', size('week', 2), from)).toBe('2026-07-12T04:00:00.000Z');
    expect(start('2026-07-26T14:00:00Z', size('week', 2), from)).toBe('2026-07-26T04:00:00.000Z');
    expect(start('2026-12-24T14:00:00Z', size('month', 6), from)).toBe('2026-07-01T04:00:00.000Z');
    expect(start('2027-01-24T14:00:00Z', size('month', 6), from)).toBe('2027-01-01T05:00:00.000Z');
  });
});

describe('bars of a larger size', () => {
  const minute = (time: string, price: number, more: object = {}) => ({
    start: at(time),
    open: price,
    high: price + 2,
    low: price - 2,
    close: price + 1,
    volume: 100,
    ...more,
  });

  test('have the first open, the last close, the extremes and the sums of their parts', () => {
    const parts = [
      minute('2026-01-15T14:30:00Z', 10, { vwap: 10, trades: 3 }),
      minute('2026-01-15T14:34:00Z', 20, { vwap: 22, volume: 300, trades: 4 }),
      minute('2026-01-15T14:35:00Z', 15, { vwap: 15, trades: 1 }),
    ];
    expect(aggregateBars(parts, size('minute', 5), parts[0]!.start)).toEqual([
      {
        start: at('2026-01-15T14:30:00Z'),
        open: 10,
        high: 22,
        low: 8,
        close: 21,
        volume: 400,
        vwap: 19,
        trades: 7,
      },
      {
        start: at('2026-01-15T14:35:00Z'),
        open: 15,
        high: 17,
        low: 13,
        close: 16,
        volume: 100,
        vwap: 15,
        trades: 1,
      },
    ]);
  });

  test('do not name what one of their parts does not know', () => {
    const parts = [minute('2026-01-15T14:30:00Z', 10, { vwap: 10 }), minute('2026-01-15T14:31:00Z', 11)];
    const [bar] = aggregateBars(parts, size('hour'), parts[0]!.start);
    expect(bar).not.toHaveProperty('vwap');
    expect(bar).not.toHaveProperty('trades');
  });

  test('of nothing are none', () => {
    expect(aggregateBars([], size('day'), 0)).toEqual([]);
  });
});
