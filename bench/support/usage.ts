/** Resources of the process this runs in. */

/** User and system time of all threads since the start, seconds. */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

export interface Memory {
  /** Resident set, bytes. */
  readonly rss: number;
  /** Resident set once V8 has returned the pages that it keeps for later, bytes. */
  readonly rssWithoutSpare: number;
  /** JavaScript objects and buffers, bytes. */
  readonly heap: number;
}

/**
 * Memory after a full collection; needs `--expose-gc`. V8 keeps pages that it has freed, some 100 MB after thousands
 * of connects and another amount in each run; only its last resort before it runs out of memory returns them.
 */
export async function settledMemory(): Promise<Memory> {
  if (!globalThis.gc) throw new Error('start this process with --expose-gc');
  for (let round = 0; round < 4; round++) {
    await pause();
    globalThis.gc();
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  globalThis.gc({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  await pause();
  return { rss, rssWithoutSpare: process.memoryUsage.rss(), heap: heapUsed + external };
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 250));
