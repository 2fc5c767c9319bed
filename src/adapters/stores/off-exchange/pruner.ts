import type { Cancel, Clock } from '../../../lib/clock.ts';
import type { Log } from '../../../lib/log.ts';
import type { Database } from '../../sql/database.ts';

const PRUNE_INTERVAL_MS = 3_600_000;

/** A day goes as a whole, once nothing was written to it for as long; a recording's days by when they were played. */
const PRUNE = `
  WITH old AS (
    SELECT source, day FROM off_exchange_symbols GROUP BY source, day HAVING max(written_at) < $1
  ),
  minutes AS (DELETE FROM off_exchange_minutes m USING old WHERE m.source = old.source AND m.day = old.day),
  gaps AS (DELETE FROM off_exchange_gaps g WHERE g.ended_at < $1)
  DELETE FROM off_exchange_symbols s USING old WHERE s.source = old.source AND s.day = old.day`;

/** Removes days that are older than `maxAgeMs`, at the start and every hour. */
export function createSumsPruner(options: {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly maxAgeMs: number;
}) {
  const { db, clock, log, maxAgeMs } = options;
  let cancel: Cancel = () => {};
  let running: Promise<unknown> = Promise.resolve();

  const prune = async (): Promise<void> => {
    await db.query(PRUNE, [new Date(clock.now() - maxAgeMs)]);
  };
  const run = (): void => {
    running = prune().catch((error: unknown) =>
      log.warn({ err: error }, 'old sums of off-exchange prints could not be removed'),
    );
  };

  return {
    start() {
      run();
      cancel = clock.every(PRUNE_INTERVAL_MS, run);
    },
    async stop(): Promise<void> {
      cancel();
      await running;
    },
  };
}
