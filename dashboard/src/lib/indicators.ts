/** Averages of bars: a value for each bar, null where there are too few before it. */
import type { Bar } from './bars.ts';

export type Line = readonly (number | null)[];

/** The mean of the last `length` closes. */
export function simpleAverage(bars: readonly Bar[], length: number): Line {
  let sum = 0;
  return bars.map(({ close }, index) => {
    sum += close - (index >= length ? bars[index - length]!.close : 0);
    return index < length - 1 ? null : sum / length;
  });
}

/**
 * The exponential mean of closes with the weight 2 / (length + 1); it starts from the simple mean of the first `length`
 * (Murphy, Technical Analysis of the Financial Markets, ch. 9).
 */
export function exponentialAverage(bars: readonly Bar[], length: number): Line {
  const weight = 2 / (length + 1);
  let sum = 0;
  let mean: number | null = null;
  return bars.map(({ close }, index) => {
    if (mean !== null) {
      mean += weight * (close - mean);
      return mean;
    }
    sum += close;
    if (index === length - 1) mean = sum / length;
    return mean;
  });
}

/**
 * The average price of all shares since the day began, by each bar's own average where it is known and by the mean of
 * high, low and close where it is not. Null before the day's first share.
 */
export function volumeWeightedAverage(bars: readonly Bar[], dayOf: (second: number) => string): Line {
  let [day, turnover, shares] = ['', 0, 0];
  return bars.map(({ time, high, low, close, volume, vwap }) => {
    const date = dayOf(time);
    if (date !== day) [day, turnover, shares] = [date, 0, 0];
    turnover += (vwap ?? (high + low + close) / 3) * volume;
    shares += volume;
    return shares > 0 ? turnover / shares : null;
  });
}
