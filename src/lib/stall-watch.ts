import type { Cancel, Clock } from './clock.ts';
import { createEmitter } from './emitter.ts';
import { startStopwatch } from './stopwatch.ts';

/** How often the watch compares the time. */
export const STALL_LOOK_MS = 500;
/** A process that runs, however busy, never has a longer gap between two looks. */
export const STALL_MS = 2_000;

/** Detects a stall of this process: it was stopped, starved of its processor, or asleep with its machine. */
export interface StallWatch {
  /** Called after a stall with its milliseconds. Returns what ends the subscription. */
  onStall(listener: (ms: number) => void): Cancel;
  start(): void;
  stop(): void;
}

export function createStallWatch({ clock }: { readonly clock: Clock }): StallWatch {
  const stalls = createEmitter<[ms: number]>();
  let sinceLook = startStopwatch(clock);
  let cancel: Cancel = () => {};

  const look = (): void => {
    const gap = sinceLook();
    sinceLook = startStopwatch(clock);
    if (gap >= STALL_MS) stalls.emit(gap);
  };

  return {
    onStall: stalls.on,
    start() {
      sinceLook = startStopwatch(clock);
      cancel = clock.every(STALL_LOOK_MS, look);
    },
    stop: () => cancel(),
  };
}
