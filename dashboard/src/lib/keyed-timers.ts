import type { Timers } from './timers.ts';

/** At most one timer per key. */
export interface KeyedTimers {
  /** Runs after `ms`, in place of what was waiting under the same key. */
  set(key: string, ms: number, run: () => void): void;
  isWaiting(key: string): boolean;
  cancel(key: string): void;
  cancelAll(): void;
  /** Cancels all and sets none from now on. */
  stop(): void;
}

export function createKeyedTimers(timers: Timers): KeyedTimers {
  const cancels = new Map<string, () => void>();
  let stopped = false;
  const cancel = (key: string) => {
    cancels.get(key)?.();
    cancels.delete(key);
  };
  const cancelAll = () => {
    for (const key of [...cancels.keys()]) cancel(key);
  };
  return {
    set(key, ms, run) {
      if (stopped) return;
      cancel(key);
      cancels.set(
        key,
        timers.after(ms, () => {
          cancels.delete(key);
          run();
        }),
      );
    },
    isWaiting: (key) => cancels.has(key),
    cancel,
    cancelAll,
    stop() {
      stopped = true;
      cancelAll();
    },
  };
}
