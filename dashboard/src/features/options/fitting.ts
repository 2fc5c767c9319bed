import type { ChainColumn } from '../../stores/chain-choices.ts';
import { STRIKE_WIDTH } from './chain-head.tsx';
import { COLUMNS } from './columns.tsx';

/** Rem that the bar of a vertical scroll takes. */
const SCROLL_BAR = 1;

/**
 * Of the chosen columns, from the strike outwards, those that both sides have room for in `rem`. With two sides a
 * sideways scroll would take the calls or the puts out of sight. At least one; all of them before the first layout.
 */
export function fittingColumns(columns: readonly ChainColumn[], rem: number): readonly ChainColumn[] {
  if (rem === 0) return columns;
  let left = (rem - STRIKE_WIDTH - SCROLL_BAR) / 2;
  const count = columns.findIndex((column) => {
    left -= COLUMNS[column].width;
    return left < 0;
  });
  return count === -1 ? columns : columns.slice(0, Math.max(1, count));
}
