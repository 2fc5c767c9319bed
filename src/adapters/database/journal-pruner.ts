import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Database } from './database.ts';

export interface JournalPruning {
  readonly maxAgeMs: number;
  readonly maxEvents: number;
}

export const DEFAULT_PRUNING: JournalPruning = {
  /** Who was away longer reloads; orders and fills are kept for good in tables of their own. */
  maxAgeMs: 90 * 24 * 60 * 60 * 1000,
  /** What a dashboard could page through, and some 20 MB for the busiest bot. */
  maxEvents: 50_000,
};
/** Often enough that one run is short, milliseconds. */
const PRUNE_INTERVAL_MS = 60 * 60 * 1000;

const VACUUM = 'VACUUM accounts, positions, orders, journal, journal_heads, leases';

/** Forgets old events of every user soon after the start and then hourly, one short transaction per user. */
export function createJournalPruner(options: {
  db: Database;
  clock: Clock;
  log: Log;
  pruning?: JournalPruning;
}): { start(): void; prune(): Promise<number>; stop(): Promise<void> } {
  const { db, clock, log, pruning = DEFAULT_PRUNING } = options;
  let cancel = (): void => {};
  let running: Promise<unknown> = Promise.resolve();

  /** Raises the floor of each user who has old events and returns how many events went. */
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

  const maintain = async (): Promise<void> => {
    const removed = await prune();
    if (removed > 0) log.info({ removed }, 'old journal events removed');
    // A Postgres server does this by itself; the embedded one has nobody who would.
    if (db.kind === 'embedded') await db.query(VACUUM);
  };

  const run = (): void => {
    running = maintain().catch((error) => log.warn({ err: error }, 'the journal could not be pruned'));
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
