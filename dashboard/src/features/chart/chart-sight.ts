import { type Chart, RIGHT_EDGE_PX } from '../../lib/chart-frame.ts';
import type { Picture } from './picture.ts';

/** A day that has just begun is not drawn as one broad bar. */
const FEWEST_IN_SIGHT = 60;
/**
 * Pixels of the narrowest bar that a timeframe begins with: on the screen of a phone, of two or three points each, its
 * body still stands apart from the next. What does not fit is a scroll or a pinch away.
 */
const LEAST_BAR_PX = 1.5;
/** Where a key brings a bar into sight, it stands this far from the edge. */
const EDGE_BARS = 5;
/** Free space, in pixels: in bars of which hundreds are in sight, the words at the first and the last would be cut. */
export const EDGE_PX = { left: 24, right: RIGHT_EDGE_PX } as const;
/** Of a chart that is hardly wider than its free space. */
const LEAST_SHARE_OF_BARS = 0.5;

/** A range in the numbers of bars; each number is the middle of its bar. */
interface BarRange {
  readonly from: number;
  readonly to: number;
}

/** The range that shows the bars from `first` to the last of `count` in `width` pixels, with room at both edges. */
export function rangeOf(first: number, count: number, width: number): BarRange {
  // Where there are fewer bars, the room for them is at the left, which is the past.
  const from = Math.min(first, count - FEWEST_IN_SIGHT);
  const room = Math.max(width - EDGE_PX.left - EDGE_PX.right, width * LEAST_SHARE_OF_BARS);
  const spacing = room / (count - from);
  return { from: from - EDGE_PX.left / spacing, to: count - 1 + EDGE_PX.right / spacing };
}

/** A range with another number of bars in it; the place of its right edge, and the free space there, stay. */
export function zoomed({ from, to }: BarRange, count: number, factor: number): BarRange {
  const free = Math.max(0, to - (count - 1));
  const right = to - free + free * factor;
  return { from: right - (to - from) * factor, to: right };
}

type Scale = Pick<
  ReturnType<Chart['timeScale']>,
  'width' | 'subscribeSizeChange' | 'getVisibleLogicalRange' | 'setVisibleLogicalRange'
>;

/** Which bars are in sight. */
export function createSight(scale: Scale) {
  let placed = false;
  let place = () => {};
  /** Without a width, as in a view that is not shown, it has to wait for one. */
  const tryToPlace = () => {
    if (placed || scale.width() === 0) return;
    placed = true;
    place();
  };
  scale.subscribeSizeChange(tryToPlace);
  return {
    begin({ bars, first }: Pick<Picture, 'bars' | 'first'>) {
      placed = bars.length === 0;
      place = () => {
        const fitting = Math.floor(scale.width() / LEAST_BAR_PX);
        const from = Math.max(first, bars.length - fitting);
        scale.setVisibleLogicalRange(rangeOf(from, bars.length, scale.width()));
      };
      tryToPlace();
    },
    /** Moves by as little as it takes to see the bar. */
    reveal(index: number) {
      const range = scale.getVisibleLogicalRange();
      if (!range) return;
      const left = Math.min(0, index - EDGE_BARS - range.from);
      const right = Math.max(0, index + EDGE_BARS - range.to);
      if (left + right !== 0)
        scale.setVisibleLogicalRange({ from: range.from + left + right, to: range.to + left + right });
    },
    zoom(factor: number, count: number) {
      const range = scale.getVisibleLogicalRange();
      if (range) scale.setVisibleLogicalRange(zoomed(range, count, factor));
    },
  };
}
