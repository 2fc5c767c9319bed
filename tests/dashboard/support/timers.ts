import type { Timers } from '../../../dashboard/src/lib/timers.ts';

interface Due {
  readonly at: number;
  readonly run: () => void;
}

export interface ManualTimers extends Timers {
  /** Moves time on and runs what falls due, in order. */
  advance(ms: number): void;
  /** How long until each timer falls due. */
  waits(): number[];
}

/** Time that stands still until a test moves it. */
export function manualTimers(start = Date.parse('2026-11-20T15:00:00.000Z')): ManualTimers {
  let now = start;
  let due: Due[] = [];
  return {
    now: () => now,
    after(ms, run) {
      const timer = { at: now + ms, run };
      due.push(timer);
      return () => {
        due = due.filter((other) => other !== timer);
      };
    },
    advance(ms) {
      const until = now + ms;
      for (;;) {
        const next = due.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
        if (!next) break;
        due = due.filter((other) => other !== next);
        now = Math.max(now, next.at);
        next.run();
      }
      now = until;
    },
    waits: () => due.map(({ at }) => at - now),
  };
}
