import type { Cancel, Clock } from './clock.ts';
import { startStopwatch } from './stopwatch.ts';

/** How often it looks at the time, milliseconds. */
export const STALL_LOOK_MS = 500;
/** Between two looks there is this much at most in a process that runs, however busy it is, milliseconds. */
export const STALL_MS = 2_000;

/** Notices that the process stood still: stopped, starved of its processor, or asleep with its machine. */
export interface StallWatch {
  /** Called on waking with the milliseconds that passed unseen. Returns what ends it. */
  onStall(listener: (ms: number) => void): Cancel;
  start(): void;
  stop(): void;
}

export function createStallWatch({ clock }: { readonly clock: Clock }): StallWatch {
  const listeners = new Set<(ms: number) => void>();
  let sinceLook = startStopwatch(clock);
  let cancel: Cancel = () => {};

  const look = (): void => {
    const gap = sinceLook();
    sinceLook = startStopwatch(clock);
    if (gap >= STALL_MS) for (const listener of listeners) listener(gap);
  };

  return {
    onStall(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start() {
      sinceLook = startStopwatch(clock);
      cancel = clock.every(STALL_LOOK_MS, look);
    },
    stop: () => cancel(),
  };
}
