import { every, type Timers } from './timers.ts';

/** One timer for everything that is renewed at the same pace, whatever many rows show the time. */
export interface Clock {
  /** Calls back with the time until the returned function is called. */
  join(tick: (now: number) => void): () => void;
}

function createClock(timers: Timers, ms: number): Clock {
  const readers = new Set<(now: number) => void>();
  let stop = () => {};
  return {
    join(tick) {
      // Two joins with one function are two readers.
      const reader = (now: number) => tick(now);
      readers.add(reader);
      if (readers.size === 1)
        stop = every(timers, ms, () => {
          const now = timers.now();
          for (const read of readers) read(now);
        });
      return () => {
        if (readers.delete(reader) && readers.size === 0) stop();
      };
    },
  };
}

const clocks = new WeakMap<Timers, Map<number, Clock>>();

/** The clock that ticks every `ms`: the same one for all who ask. */
export function clockOf(timers: Timers, ms: number): Clock {
  const paces = clocks.get(timers) ?? new Map<number, Clock>();
  clocks.set(timers, paces);
  const clock = paces.get(ms) ?? createClock(timers, ms);
  paces.set(ms, clock);
  return clock;
}
