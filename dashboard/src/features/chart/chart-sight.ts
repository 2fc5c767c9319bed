import type { Chart } from './chart-layers.ts';
import type { Picture } from './picture.ts';

/** A day that has just begun is not drawn as one broad bar. */
const FEWEST_IN_SIGHT = 60;
/** Where a key brings a bar into sight, it stands this far from the edge. */
const EDGE_BARS = 5;
/** Free space at the right, in bars: the next one begins there. */
const RIGHT_BARS = 3;

/** Which bars are in sight. */
export function createSight(chart: Chart) {
  const scale = chart.timeScale();
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
    begin({ bars, first }: Picture) {
      placed = bars.length === 0;
      place = () => {
        // Where there are fewer bars, the room for them is at the left, which is the past.
        const from = Math.min(first, bars.length - FEWEST_IN_SIGHT);
        scale.setVisibleLogicalRange({ from, to: bars.length + RIGHT_BARS });
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
    zoom(factor: number) {
      const range = scale.getVisibleLogicalRange();
      if (range)
        scale.setVisibleLogicalRange({ from: range.to - (range.to - range.from) * factor, to: range.to });
    },
  };
}
