import type { Clock } from './clock.ts';

/** Resolves after `ms` of this clock, or earlier when `signal` aborts. */
export const pause = (clock: Clock, ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const cancel = clock.after(ms, end);
    signal?.addEventListener('abort', end);

    function end(): void {
      cancel();
      signal?.removeEventListener('abort', end);
      resolve();
    }
  });
