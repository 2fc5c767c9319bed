import { type Clock, systemClock } from '../../src/lib/clock.ts';

/**
 * Time that jumps from one timer to the next, and stands still while a call is under way. A slow machine makes a wait
 * longer and never makes a deadline pass.
 */
export interface JumpingClock extends Clock {
  /** A call has left whose answer will come: no time passes until its `release`. */
  hold(): void;
  release(): void;
}

interface Timer {
  at: number;
  readonly every: number | null;
  readonly run: () => void;
}

/** `pace`: how much sooner than in real time a timer is reached. */
export function createJumpingClock(pace: number): JumpingClock {
  const timers = new Set<Timer>();
  let now = systemClock.now();
  let held = 0;
  let pulse: NodeJS.Timeout | undefined;

  function plan(): void {
    clearTimeout(pulse);
    const [next] = [...timers].sort((a, b) => a.at - b.at);
    if (held > 0 || !next) return;
    const jump = (): void => {
      now = Math.max(now, next.at);
      if (next.every === null) timers.delete(next);
      else next.at = now + next.every;
      next.run();
      plan();
    };
    pulse = setTimeout(jump, Math.max(0, next.at - now) / pace).unref();
  }
  const add = (ms: number, every: number | null, run: () => void) => {
    const timer: Timer = { at: now + ms, every, run };
    timers.add(timer);
    plan();
    return () => {
      timers.delete(timer);
      plan();
    };
  };

  return {
    now: () => now,
    after: (ms, run) => add(ms, null, run),
    every: (ms, run) => add(ms, ms, run),
    hold() {
      held += 1;
      plan();
    },
    release() {
      held -= 1;
      plan();
    },
  };
}
