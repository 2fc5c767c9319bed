/** Counts of latencies in bins that grow by a tenth, so that the counts of replicas can be added and kept in little space. */
export type LatencyBins = ReadonlyMap<number, number>;

const GROWTH = 1.1;
/** Longer waits count as this long: a reader that paused for longer says nothing about the service. */
const MAX_MS = 60_000;

/** Bin 0 is up to one millisecond: the clocks have no more. */
export const binOf = (ms: number): number =>
  ms <= 1 ? 0 : Math.ceil(Math.log(Math.min(ms, MAX_MS)) / Math.log(GROWTH));

/** The longest that falls into the bin, whole milliseconds. */
const longestOf = (bin: number): number => Math.floor(GROWTH ** bin + 1e-9);

/** Milliseconds at `share` (0.99 is the 99th percentile), at most a tenth too many; null where nothing was counted. */
export function latencyAt(bins: LatencyBins, share: number): number | null {
  let left = Math.ceil(share * [...bins.values()].reduce((sum, count) => sum + count, 0));
  if (left === 0) return null;
  const sorted = [...bins].sort(([a], [b]) => a - b);
  for (const [bin, count] of sorted) {
    left -= count;
    if (left <= 0) return longestOf(bin);
  }
  return null;
}
