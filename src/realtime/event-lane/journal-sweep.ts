import type { Journal, UserHead } from '../../domain/journal/journal.ts';
import type { Cancel, Clock } from '../../lib/clock.ts';
import { createEmitter } from '../../lib/emitter.ts';
import type { Log } from '../../lib/log.ts';

/**
 * Finds in the database what the bus lost: one query for all users with peers here says how far each journal goes
 * and whether the holdings have changed. The next notice shows that one was lost; only the sweep finds the last
 * one before a silence.
 */
export interface JournalSweep {
  /** Called with the heads of the users with peers here, by user id. */
  onHeads(listener: (heads: ReadonlyMap<string, UserHead>) => void): Cancel;
  /** Reads the heads at once: the bus or this process was away. */
  now(): void;
  start(): Cancel;
}

/** A lost message is made up for within this and one query. */
export const SWEEP_INTERVAL_MS = 5_000;

export interface JournalSweepParts {
  readonly journal: Pick<Journal, 'heads'>;
  /** The users with peers here, by user id. */
  readonly users: ReadonlyMap<string, unknown>;
  readonly clock: Clock;
  readonly log: Log;
}

export function createJournalSweep({ journal, users, clock, log }: JournalSweepParts): JournalSweep {
  const heads = createEmitter<[ReadonlyMap<string, UserHead>]>();
  let state: 'resting' | 'reading' | 'reading-then-again' = 'resting';

  async function readHeads(): Promise<void> {
    if (users.size > 0) heads.emit(await journal.heads([...users.keys()]));
  }

  function run(): void {
    state = 'reading';
    readHeads()
      .catch((error: unknown) => log.warn({ err: error }, 'the journal heads could not be read'))
      .finally(() => {
        const again = state === 'reading-then-again';
        state = 'resting';
        if (again) run();
      });
  }

  return {
    onHeads: heads.on,
    now() {
      // A read that is under way may have begun before the loss.
      if (state === 'resting') run();
      else state = 'reading-then-again';
    },
    start() {
      const cancel = clock.every(SWEEP_INTERVAL_MS, () => {
        if (state === 'resting') run();
      });
      return () => {
        cancel();
        if (state === 'reading-then-again') state = 'reading';
      };
    },
  };
}
