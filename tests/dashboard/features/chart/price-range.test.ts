import { describe, expect, test } from '@jest/globals';
import { rangeOfLine, withRoom } from '../../../../dashboard/src/features/chart/price-range.ts';
import { newYorkTime } from '../../../../src/protocol/new-york.ts';
import { BARS } from '../../support/fixtures.ts';

describe('the scale of prices', () => {
  test.each([
    ['a flat price', 'AAPL', [190.5, 190.5], [190.45, 190.55]],
    ['a price that moves by a cent', 'AAPL', [190.5, 190.51], [190.455, 190.555]],
    ['a flat price below a dollar', 'AAPL', [0.5, 0.5], [0.499_5, 0.500_5]],
    ['a flat price of a contract below a dollar', 'O:AAPL261218C00200000', [0.5, 0.5], [0.45, 0.55]],
    ['a contract of a cent', 'O:AAPL261218C00200000', [0.01, 0.01], [0, 0.1]],
    ['a future below zero', 'CLZ5', [-37.63, -37.63], [-37.68, -37.58]],
  ])('has room for ten increments around %s', (_, symbol, [low, high], [from, to]) => {
    const { minValue, maxValue } = withRoom({ minValue: low!, maxValue: high! }, symbol);
    expect(minValue).toBeCloseTo(from!, 6);
    expect(maxValue).toBeCloseTo(to!, 6);
  });

  test('is that of the prices where they move by more', () => {
    const range = { minValue: 190, maxValue: 191 };
    expect(withRoom(range, 'AAPL')).toEqual(range);
  });
});

describe('a line over two days', () => {
  const days = ['2026-03-02', '2026-03-03'].map((date) => newYorkTime(date, 12 * 60) / 1_000);
  const bars = days.flatMap((noon) => [0, 1, 2].map((minute) => ({ ...BARS[0]!, time: noon + minute * 60 })));
  const line = [null, 300, 310, null, 191, 190];

  test.each([
    ['both are in sight', { from: -4.2, to: 9.7 }, { minValue: 190, maxValue: 191 }],
    ['the first alone is in sight', { from: 0.4, to: 1.6 }, { minValue: 300, maxValue: 310 }],
    ['a part of the second is in sight', { from: 1.3, to: 4 }, { minValue: 191, maxValue: 191 }],
    ['there is no value on the newest day in sight', { from: 1, to: 3 }, null],
    ['no bar is in sight', { from: 20, to: 30 }, null],
    ['the bars in sight are still to come', { from: -20, to: -10 }, null],
  ])('has its values of the newest day on the scale where %s', (_, sight, range) => {
    expect(rangeOfLine(line, bars, sight)).toEqual(range);
  });

  test('needs no room without bars', () => {
    expect(rangeOfLine([], [], { from: 0, to: 10 })).toBeNull();
  });
});
