/** Counts of durations in bins of a tenth of a millisecond; what is longer than ten seconds counts as ten. */
export interface Histogram {
  record(ms: number): void;
  /** Milliseconds at `share` (0.99 is the 99th percentile); NaN while nothing is recorded. */
  at(share: number): number;
  count(): number;
  clear(): void;
}

const BINS_PER_MS = 10;
const MAX_MS = 10_000;

export function createHistogram(): Histogram {
  const bins = new Uint32Array(MAX_MS * BINS_PER_MS + 1);
  let count = 0;
  return {
    record(ms) {
      bins[Math.max(0, Math.min(bins.length - 1, Math.round(ms * BINS_PER_MS)))]! += 1;
      count += 1;
    },
    at(share) {
      let left = Math.ceil(share * count);
      if (left === 0) return Number.NaN;
      let bin = 0;
      for (; bin < bins.length; bin++) {
        left -= bins[bin]!;
        if (left <= 0) break;
      }
      return bin / BINS_PER_MS;
    },
    count: () => count,
    clear() {
      bins.fill(0);
      count = 0;
    },
  };
}
