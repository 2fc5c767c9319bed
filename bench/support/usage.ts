/** Resources of the process this runs in. */

/** User and system time of all threads since the start, seconds. */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** The longest that the event loop did one thing, milliseconds. */
export interface Stall {
  /** Of its thread's own CPU time: what others on the machine took is left out. */
  readonly cpuMs: number;
  readonly wallMs: number;
}

/** Watches the event loop from now on; answers with the longest since the last call. */
export function longestStall(): Stall {
  const longest = stall;
  stall = { cpuMs: 0, wallMs: 0 };
  if (!isWatched) look(performance.now(), threadMs());
  isWatched = true;
  return longest;
}
let stall: Stall = { cpuMs: 0, wallMs: 0 };
let isWatched = false;

function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1e3;
}

/** Every other turn of the loop or so. */
function look(wall: number, cpu: number): void {
  setTimeout(() => {
    const [now, used] = [performance.now(), threadMs()];
    stall = { cpuMs: Math.max(stall.cpuMs, used - cpu), wallMs: Math.max(stall.wallMs, now - wall) };
    look(now, used);
  }, 1).unref();
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
