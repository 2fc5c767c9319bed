/** @jest-environment node */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { nextSort, sortSymbols } from '../../../dashboard/src/features/watchlist/sort.ts';
import { sparkPoints } from '../../../dashboard/src/features/watchlist/sparkline.tsx';
import * as format from '../../../dashboard/src/lib/format.ts';
import { quoteOf } from '../support/fixtures.ts';

const CONTRACT = 'O:SPY261218C00650000';

describe('numbers', () => {
  test.each([
    [format.money(1234.5), '$1,234.50'],
    [format.money(-0.5), '−$0.50'],
    [format.signedMoney(12), '+$12.00'],
    [format.signedMoney(0), '$0.00'],
    [format.signedPercent(-1.234), '−1.23%'],
    [format.price(231.4, 'AAPL'), '231.40'],
    [format.price(0.8125, 'AAPL'), '0.8125'],
    [format.price(0, 'AAPL'), '0.00'],
    [format.price(0.09, CONTRACT), '0.09'],
    [format.averagePrice(0.095, CONTRACT), '0.095'],
    [format.averagePrice(231.456, 'AAPL'), '231.46'],
    [format.typedPrice(1.234), '1.234'],
    [format.typedPrice(12), '12.00'],
    [format.signedPrice(0.0215, 0.81, 'AAPL'), '+0.0215'],
    [format.signedPrice(-1.5, 231, 'AAPL'), '−1.50'],
    [format.signedPrice(-2.42, 0.09, CONTRACT), '−2.42'],
    [format.quantity(1_000_000), '1,000,000'],
    [format.quantity(0.333333), '0.333333'],
    [format.compact(12_345_678), '12.3M'],
    [format.tenths(0.25), '0.3'],
  ])('%s is written as %s', (written, expected) => expect(written).toBe(expected));

  test.each([undefined, null, Number.NaN, Number.POSITIVE_INFINITY])('%s is a dash', (unknown) => {
    const all = [
      format.money,
      format.signedMoney,
      (value: Parameters<typeof format.money>[0]) => format.price(value, 'AAPL'),
      format.quantity,
      format.compact,
      format.signedPercent,
    ];
    for (const write of all) expect(write(unknown)).toBe('–');
  });
});

describe('what rounds to zero', () => {
  const writers: Record<string, (value: number) => string> = {
    money: format.money,
    signedMoney: format.signedMoney,
    wholeDollars: format.wholeDollars,
    compactMoney: format.compactMoney,
    quantity: format.quantity,
    compact: format.compact,
    tenths: format.tenths,
    signedPercent: format.signedPercent,
    percent: format.percent,
    decimals: (value) => format.decimals(value, 2),
    price: (value) => format.price(value, 'AAPL'),
    averagePrice: (value) => format.averagePrice(value, CONTRACT),
    typedPrice: format.typedPrice,
    strikePrice: format.strikePrice,
    signedPrice: (value) => format.signedPrice(value, 231, 'AAPL'),
    signedSmallPrice: (value) => format.signedPrice(value, 0.5, 'AAPL'),
  };

  test.each(Object.entries(writers))('has neither sign nor direction as %s', (_, write) => {
    for (const value of [-0, 0, -0.000_000_4, 0.000_000_4, -1e-300]) {
      const shown = write(value);
      expect(shown).toMatch(/^[$0.%]+$/);
      expect(format.directionOf(shown)).toBe('none');
    }
  });

  test.each(Object.entries(writers))('alone loses its sign as %s', (_, write) => {
    fc.assert(
      fc.property(fc.double({ min: -1e9, max: 1e9, noNaN: true }), (value) => {
        const shown = write(value);
        if (!/[1-9]/.test(shown)) expect(shown).not.toMatch(/[-−+]/);
        else if (value < 0) expect(format.directionOf(shown)).toBe('down');
        else expect(['up', 'none']).toContain(format.directionOf(shown));
        expect(shown).not.toContain('-');
      }),
    );
  });

  test('of a sum leaves the direction to its percent, where that is shown', () => {
    const shown = (money: number, percent: number) =>
      `${format.signedMoney(money)} (${format.signedPercent(percent)})`;
    expect(format.directionOf(shown(-0.001, -0.000_1))).toBe('none');
    expect(format.directionOf(shown(-0.004, -0.4))).toBe('down');
    expect(format.directionOf(shown(12, 0.001))).toBe('up');
  });
});

describe('times', () => {
  const now = Date.parse('2026-11-20T15:00:00Z');
  test('today is a time, another day has its date', () => {
    expect(format.momentOf(now - 60_000, now)).toMatch(/^\d\d:\d\d:\d\d$/);
    expect(format.momentOf(now - 3 * 86_400_000, now)).toMatch(/^17 Nov \d\d:\d\d$/);
    expect(format.momentOf('never', now)).toBe('–');
    expect(format.minuteTime(null)).toBe('–');
  });

  test.each([
    [0, '0 s'],
    [59_999, '59 s'],
    [60_000, '1 min'],
    [3_600_000, '1 h'],
    [90_000_000, '1 d'],
    [-1, '–'],
    [Number.NaN, '–'],
  ])('an age of %d ms is %s', (ms, expected) => expect(format.age(ms)).toBe(expected));

  test('a price of another day has its day instead of an age', () => {
    expect(format.oldness('2026-11-20T14:00:00Z', now)).toBe('1 h old');
    expect(format.oldness('2013-10-08T15:00:00Z', now)).toMatch(/^\d Oct 2013$/);
    expect(format.marketDay('2013-10-09T01:30:00Z')).toBe('8 Oct 2013');
  });

  test.each([
    [1, '1 s'],
    [54_200, '55 s'],
    [540_000, '9 min'],
    [554_001, '9 min 15 s'],
  ])('a wait of %d ms is %s', (ms, expected) => expect(format.wait(ms)).toBe(expected));
});

describe('sorting', () => {
  const quotes = {
    AAPL: { ...quoteOf('AAPL'), receivedAt: 0 },
    MSFT: { ...quoteOf('MSFT'), receivedAt: 0 },
    NEW: { ...quoteOf('NEW', { previousClose: undefined }), receivedAt: 0 },
  };
  const symbols = ['NONE', 'NEW', 'MSFT', 'AAPL'];

  test('what has no value comes last, both ways', () => {
    expect(sortSymbols(symbols, quotes, { column: 'change', descending: true })).toEqual([
      'AAPL',
      'MSFT',
      'NONE',
      'NEW',
    ]);
    expect(sortSymbols(symbols, quotes, { column: 'change', descending: false })).toEqual([
      'MSFT',
      'AAPL',
      'NONE',
      'NEW',
    ]);
    expect(sortSymbols(symbols, quotes, { column: 'price', descending: true }).at(-1)).toBe('NONE');
  });

  test('names start from A, numbers from the largest, and the third click returns to the own order', () => {
    const byName = nextSort(null, 'symbol');
    expect(sortSymbols(symbols, quotes, byName)).toEqual(['AAPL', 'MSFT', 'NEW', 'NONE']);
    const byPrice = nextSort(byName, 'price');
    expect(byPrice).toEqual({ column: 'price', descending: true });
    expect(nextSort(nextSort(byPrice, 'price'), 'price')).toBeNull();
  });
});

describe('shares', () => {
  test.each([
    [1, '100.0%'],
    [0.999_99, '>99.9%'],
    [0.9994, '99.9%'],
    [0.5, '50.0%'],
    [0.000_04, '<0.1%'],
    [0, '0.0%'],
    [null, '–'],
  ])('%s is %s: all and nothing are exact', (value, text) => {
    expect(format.share(value)).toBe(text);
  });
});

describe('sparklines', () => {
  const bar = (close: number) => ({ time: 0, open: close, high: close, low: close, close });

  test('one bar is not a line, and a flat day is a line in the middle', () => {
    expect(sparkPoints([bar(1)])).toBeNull();
    expect(sparkPoints([bar(1), bar(1)])).toBe('0.0,11.0 64.0,11.0');
  });

  test('a long day is thinned out and still ends at its last price', () => {
    const bars = Array.from({ length: 390 }, (_, minute) => bar(minute));
    const points = sparkPoints(bars)!.split(' ');
    expect(points.length).toBeLessThanOrEqual(66);
    expect(points.at(-1)).toBe('64.0,1.5');
  });
});
