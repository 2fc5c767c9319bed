/** How much room the scale of prices makes for what is drawn. */
import type { AutoscaleInfo } from 'lightweight-charts';
import { type Bar, barStart, lastUpTo } from '../../lib/bars.ts';
import { priceIncrement } from '../../lib/format.ts';
import type { Line } from '../../lib/indicators.ts';

/** Of the prices that are written differently: each label has one of its own, on the highest chart there is. */
const LEAST_INCREMENTS = 10;
const DAY = { timespan: 'day', multiplier: 1 } as const;

export type PriceRange = NonNullable<AutoscaleInfo['priceRange']>;

/** A range that is wide enough for its labels, around the same middle; no price below zero is added. */
export function withRoom({ minValue, maxValue }: PriceRange, symbol: string): PriceRange {
  const least = LEAST_INCREMENTS * priceIncrement(maxValue, symbol);
  if (maxValue - minValue >= least) return { minValue, maxValue };
  const centred = (minValue + maxValue - least) / 2;
  const from = minValue < 0 ? centred : Math.max(centred, 0);
  return { minValue: from, maxValue: from + least };
}

/**
 * What a line over bars within days needs, of the bars in sight: its values on the newest of their days. Those of an
 * earlier day may be far from each price in sight, and would leave the bars a part of the height.
 */
export function rangeOfLine(
  line: Line,
  bars: readonly Bar[],
  { from, to }: { readonly from: number; readonly to: number },
): PriceRange | null {
  const last = bars[Math.min(Math.ceil(to), bars.length - 1)];
  if (!last) return null;
  const dayBegins = lastUpTo(bars, barStart(last.time, DAY) - 1) + 1;
  const first = Math.max(Math.floor(from), dayBegins);
  const values = line.slice(first, Math.ceil(to) + 1).filter((value) => value !== null);
  return values.length === 0 ? null : { minValue: Math.min(...values), maxValue: Math.max(...values) };
}
