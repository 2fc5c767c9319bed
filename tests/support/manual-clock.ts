import type { Cancel, Clock } from '../../src/lib/clock.ts';

/** Time that stands still until the test moves it. */
export interface ManualClock extends Clock {
  /** Moves time forward and runs each timer at its moment, in order. */
  advance(ms: number): void;
  /** Moves time forward while the process is busy: each timer that falls due runs once, at the end. */
  stall(ms: number): void;
  /** Timers not yet run or cancelled. */
  pending(): number;
}

interface Timer {
  at: number;
  readonly every: number | null;
  readonly run: () => void;
}

export function createManualClock(start: string | number): ManualClock {
  const timers = new Set<Timer>();
  let now = typeof start === 'number' ? start : Date.parse(start);

  const add = (ms: number, every: number | null, run: () => void): Cancel => {
    const timer: Timer = { at: now + ms, every, run };
    timers.add(timer);
    return () => timers.delete(timer);
  };

  return {
    now: () => now,
    after: (ms, run) => add(ms, null, run),
    every: (ms, run) => add(ms, ms, run),
    pending: () => timers.size,
    advance(ms) {
      const until = now + ms;
      for (;;) {
        const next = [...timers].sort((a, b) => a.at - b.at)[0];
        if (!next || next.at > until) break;
        now = Math.max(now, next.at);
        if (next.every === null) timers.delete(next);
        else next.at += next.every;
        next.run();
      }
      now = until;
    },
    stall(ms) {
      now += ms;
      for (const timer of [...timers].filter(({ at }) => at <= now).sort((a, b) => a.at - b.at)) {
        // An earlier one may have cancelled it.
        if (!timers.has(timer)) continue;
        if (timer.every === null) timers.delete(timer);
        else timer.at = now + timer.every;
        timer.run();
      }
    },
  };
}
