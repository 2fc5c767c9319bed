import type { Timers } from './timers.ts';

export interface Backoff {
  /** Runs `work` after the next wait, in place of what was waiting. */
  again(work: () => void): void;
  /** It worked: the next wait is the first one again. */
  reset(): void;
  stop(): void;
}

/** Waits that grow with each failure in a row; the last one repeats. */
export function createBackoff(timers: Timers, waitsMs: readonly number[]): Backoff {
  let failures = 0;
  let stopped = false;
  let cancel = () => {};
  return {
    again(work) {
      if (stopped) return;
      cancel();
      cancel = timers.after(waitsMs[Math.min(failures, waitsMs.length - 1)]!, work);
      failures += 1;
    },
    reset() {
      failures = 0;
    },
    stop() {
      stopped = true;
      cancel();
    },
  };
}
