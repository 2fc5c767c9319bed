import { expect, test } from '@jest/globals';
import {
  createSight,
  EDGE_PX,
  rangeOf,
  zoomed,
} from '../../../../dashboard/src/features/chart/chart-sight.ts';
import { BARS } from '../../support/fixtures.ts';

/** Pixels from the edges of the chart to the outer edges of the first and the last bar; the library shows `to` whole. */
function edges({ from, to }: { from: number; to: number }, first: number, last: number, width: number) {
  const spacing = width / (to - from + 1);
  return { left: (first - from) * spacing, right: (to - last) * spacing, spacing };
}

test.each([60, 390, 660, 2_000])('%i bars leave the same room for words at both edges', (count) => {
  for (const width of [300, 700, 2_000]) {
    const { left, right } = edges(rangeOf(0, count, width), 0, count - 1, width);
    expect(left).toBeCloseTo(EDGE_PX.left, 0);
    expect(right).toBeCloseTo(EDGE_PX.right, 0);
  }
});

test('a day that has just begun has its room at the left', () => {
  const { left, right } = edges(rangeOf(0, 10, 700), 0, 9, 700);
  expect(right).toBeCloseTo(EDGE_PX.right, 0);
  expect(left).toBeGreaterThan(500);
});

test('zooming keeps the room at the right, and the place of a right edge in the past', () => {
  const range = rangeOf(0, 390, 700);
  for (const factor of [0.25, 4]) {
    const { right, spacing } = edges(zoomed(range, 390, factor), 0, 389, 700);
    expect(right).toBeCloseTo(EDGE_PX.right, -1);
    expect(spacing / edges(range, 0, 389, 700).spacing).toBeCloseTo(1 / factor, 1);
  }
  expect(zoomed({ from: 100, to: 200 }, 390, 2)).toEqual({ from: 0, to: 200 });
});

/** The range that a chart of this width begins with, for a thousand bars that a timeframe would show. */
function rangeAt(width: number) {
  let range: { from: number; to: number } | null = null;
  let onSize = () => {};
  let present = 0;
  const sight = createSight({
    width: () => present,
    subscribeSizeChange: (listener) => {
      onSize = () => listener(present, 0);
    },
    getVisibleLogicalRange: () =>
      range as ReturnType<Parameters<typeof createSight>[0]['getVisibleLogicalRange']>,
    setVisibleLogicalRange: ({ from, to }) => {
      range = { from: Number(from), to: Number(to) };
    },
  });
  const bars = Array.from({ length: 1_200 }, (_, index) => BARS[index % BARS.length]!);
  sight.begin({ bars, first: 200 });
  present = width;
  onSize();
  return range;
}

test('a phone begins with the newest bars that can be told apart, a wide screen with the whole timeframe', () => {
  expect(rangeAt(300)).toEqual(rangeOf(1_000, 1_200, 300));
  expect(rangeAt(1_600)).toEqual(rangeOf(200, 1_200, 1_600));
});
