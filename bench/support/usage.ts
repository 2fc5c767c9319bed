/** Resources of the process this runs in. */

/** User and system time of all threads since the start, seconds. */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

export interface Memory {
  /** Resident set, bytes. */
  readonly rss: number;
  /** JavaScript objects and buffers, bytes. */
  readonly heap: number;
}

/** Memory after a full collection; needs `--expose-gc`. */
export async function settledMemory(): Promise<Memory> {
  if (!globalThis.gc) throw new Error('start this process with --expose-gc');
  for (let round = 0; round < 4; round++) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    globalThis.gc();
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rss, heap: heapUsed + external };
}
