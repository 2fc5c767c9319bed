import type { Cancel, Clock } from '../../lib/clock.ts';
import { createEmitter } from '../../lib/emitter.ts';
import type { Log } from '../../lib/log.ts';
import { startStopwatch } from '../../lib/stopwatch.ts';

/** The time in which this replica is the engine, judged by its own clock. */
export interface Term {
  /**
   * The number under which this replica is the engine, also where the time is over and that is not yet noticed;
   * null without one.
   */
  fencing(): number | null;
  /** Whether the time is over, or never began. */
  isOver(): boolean;
  /**
   * Begins to count before a question to the database;
   * the answer's time counts from there, so ours ends before the database's does.
   */
  ask(): { grant(fencing: number): void; renew(): void };
  end(): void;
  /** Called with the number at the beginning and with null at the end. Returns what ends the subscription. */
  onChange(listener: (fencing: number | null) => void): Cancel;
}

export function createTerm({
  clock,
  log,
  lengthMs,
}: {
  readonly clock: Clock;
  readonly log: Log;
  readonly lengthMs: number;
}): Term {
  // The others must be informed, and the lease be asked for again.
  const changed = createEmitter<[fencing: number | null]>((error) =>
    log.error({ err: error }, 'a listener of the engine lease failed'),
  );
  let fencing: number | null = null;
  let age = (): number => Number.POSITIVE_INFINITY;

  const isOver = (): boolean => !(age() < lengthMs);
  function change(next: number | null): void {
    if (next === fencing) return;
    fencing = next;
    log.info(
      { fencing: next },
      next === null ? 'this replica is no longer the engine' : 'this replica is the engine',
    );
    changed.emit(next);
  }

  return {
    fencing: () => fencing,
    isOver,
    ask() {
      const since = startStopwatch(clock);
      return {
        grant(number) {
          age = since;
          // An answer that was under way for too long is void; the next look asks again.
          if (!isOver()) change(number);
        },
        renew() {
          age = since;
        },
      };
    },
    end: () => change(null),
    onChange: changed.on,
  };
}
