import type { Clock } from '../../../lib/clock.ts';
import type { Log } from '../../../lib/log.ts';
import type { Database } from '../../sql/database.ts';

export interface JournalPruning {
  /** Older events are removed. */
  readonly maxAgeMs: number;
  /** A user keeps this many events, the newest ones. */
  readonly maxEvents: number;
}

/** Often enough that one run is short. */
const PRUNE_INTERVAL_MS = 60 * 60 * 1000;

/** Removes old and surplus events at the start and then hourly, in one short transaction per user. */
export function createJournalPruner(options: {
  db: Database;
  clock: Clock;
  log: Log;
  pruning: JournalPruning;
}): { start(): void; prune(): Promise<number>; stop(): Promise<void> } {
  const { db, clock, log, pruning } = options;
  let cancel = (): void => {};
  let running: Promise<unknown> = Promise.resolve();

  /** Raises the floor of each user with old events. Returns how many events were removed. */
  const prune = async (): Promise<number> => {
    const oldest = new Date(clock.now() - pruning.maxAgeMs);
    const due = await db.query<{ user_id: string; floor: number }>(
      `SELECT h.user_id, greatest(h.seq - $2::bigint,
         coalesce((SELECT max(j.seq) FROM journal j WHERE j.user_id = h.user_id AND j.recorded_at < $1), 0)) AS floor
       FROM journal_heads h
       WHERE h.seq - h.floor > $2::bigint
          OR h.user_id IN (SELECT DISTINCT j.user_id FROM journal j WHERE j.recorded_at < $1)`,
      [oldest, pruning.maxEvents],
    );
    let removed = 0;
    for (const { user_id, floor } of due)
      removed += await db.transaction(async (tx) => {
        await tx.query('UPDATE journal_heads SET floor = greatest(floor, $2) WHERE user_id = $1', [
          user_id,
          floor,
        ]);
        const [row] = await tx.query<{ removed: number }>(
          `WITH gone AS (DELETE FROM journal WHERE user_id = $1 AND seq <= $2 RETURNING 1)
           SELECT count(*) AS removed FROM gone`,
          [user_id, floor],
        );
        return row?.removed ?? 0;
      });
    return removed;
  };

  const run = (): void => {
    running = prune().then(
      (removed) => removed > 0 && log.info({ removed }, 'old journal events removed'),
      (error: unknown) => log.warn({ err: error }, 'the journal could not be pruned'),
    );
  };

  return {
    prune,
    start() {
      run();
      cancel = clock.every(PRUNE_INTERVAL_MS, run);
    },
    async stop() {
      cancel();
      await running;
    },
  };
}
