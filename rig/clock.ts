import type { Cancel, Clock } from '../src/lib/clock.ts';

export interface TestClock extends Clock {
  /** Moves time forward and runs what falls due, in order. */
  advance(ms: number): void;
}

interface Timer {
  at: number;
  readonly every: number | null;
  readonly run: () => void;
}

/**
 * Real time that can be pushed: timers fire by themselves as in production, and `advance` brings the
 * thirty seconds of a timeout into the present. `begin` is what it shows first.
 */
export function createTestClock(begin = Date.now()): TestClock {
  const timers = new Set<Timer>();
  let offset = begin - Date.now();
  const now = (): number => Date.now() + offset;

  const runDue = (): void => {
    const due = [...timers].filter((timer) => timer.at <= now()).sort((a, b) => a.at - b.at);
    for (const timer of due) {
      if (!timers.has(timer)) continue;
      if (timer.every === null) timers.delete(timer);
      else timer.at = now() + timer.every;
      timer.run();
    }
  };

  const add = (ms: number, every: number | null, run: () => void): Cancel => {
    const timer: Timer = { at: now() + ms, every, run };
    timers.add(timer);
    // Real time passes too; the pulse asks often enough for a 10 ms tick.
    let pulse: NodeJS.Timeout;
    const wait = (): void => {
      pulse = setTimeout(
        () => {
          runDue();
          // Node's timers may fire a millisecond before the date says so.
          if (timers.has(timer)) wait();
        },
        Math.max(1, timer.at - now()),
      ).unref();
    };
    wait();
    return () => {
      clearTimeout(pulse);
      timers.delete(timer);
    };
  };

  return {
    now,
    after: (ms, run) => add(ms, null, run),
    every: (ms, run) => add(ms, ms, run),
    advance(ms) {
      offset += ms;
      runDue();
    },
  };
}
