/** The newest latencies, for the percentiles of /health/websocket. */
export interface LatencyWindow {
  /** Milliseconds. */
  record(latency: number): void;
  /** Milliseconds; null before the first record. */
  percentiles(): { p50: number; p95: number; p99: number } | null;
}

/** At a tick of 50 ms this is the last 50 seconds. */
const SIZE = 1_024;

export function createLatencyWindow(): LatencyWindow {
  const ring = new Float64Array(SIZE);
  let count = 0;

  return {
    record(latency) {
      ring[count % SIZE] = latency;
      count += 1;
    },
    percentiles() {
      if (count === 0) return null;
      const sorted = ring.slice(0, Math.min(count, SIZE)).sort();
      const at = (share: number): number =>
        sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
      return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
    },
  };
}
