import type { EngineLease } from '../../../domain/engine/lease.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { Log } from '../../../lib/log.ts';
import { createScope } from '../../../lib/scope.ts';
import type { Database } from '../../sql/database.ts';

export interface JournalPruning {
  /** Older events are removed. */
  readonly maxAgeMs: number;
  /** A user keeps this many events, the newest ones. */
  readonly maxEvents: number;
}

/** Often enough that one run is short. */
const PRUNE_INTERVAL_MS = 60 * 60 * 1000;
/** Events that go in one transaction, of however many users: it takes some 50 ms. */
const PIECE = 2_000;

/**
 * Raises the floor of the users in `due` and removes what lies below it. A user to whom something is being written is left
 * for the next run: nobody waits here, and so nobody waits for this in a circle. A floor rises by `piece` at most.
 */
const removal = (due: string, piece: number): string => `WITH
  due AS MATERIALIZED (${due}),
  free AS MATERIALIZED (
    SELECT h.user_id, least(due.floor, h.seq, h.floor + ${piece}) AS floor FROM due
      CROSS JOIN LATERAL (SELECT * FROM journal_heads h WHERE h.user_id = due.user_id LIMIT 1) h
      WHERE due.floor > h.floor),
  locked AS MATERIALIZED (
    SELECT user_id FROM journal_heads WHERE user_id = ANY (ARRAY(SELECT user_id FROM free)) FOR NO KEY UPDATE SKIP LOCKED),
  raised AS MATERIALIZED (SELECT free.user_id, free.floor FROM free WHERE free.user_id IN (SELECT user_id FROM locked)),
  heads AS (UPDATE journal_heads h SET floor = greatest(h.floor, raised.floor) FROM raised
    WHERE h.user_id = raised.user_id AND h.user_id = ANY (ARRAY(SELECT user_id FROM raised))),
  gone AS (DELETE FROM journal WHERE ctid = ANY (ARRAY(
    SELECT below.ctid FROM raised CROSS JOIN LATERAL (
      SELECT j.ctid FROM journal j WHERE j.user_id = raised.user_id AND j.seq <= raised.floor
      ORDER BY j.seq LIMIT ${piece}) below)) RETURNING 1)
  SELECT count(*) AS removed FROM gone`;

/** The oldest events that are too old, and how far each of their users is too old. */
const TOO_OLD = removal(
  `SELECT old.user_id, max(old.seq) AS floor
    FROM (SELECT user_id, seq FROM journal WHERE recorded_at < $1 ORDER BY recorded_at LIMIT ${PIECE}) old
    GROUP BY old.user_id`,
  PIECE,
);
const USERS_A_PIECE = 20;
const TOO_MANY = removal(
  `SELECT user_id, seq - $1::bigint AS floor FROM journal_heads WHERE seq - floor > $1::bigint LIMIT ${USERS_A_PIECE}`,
  PIECE / USERS_A_PIECE,
);

/** The engine removes old and surplus events as its term begins and then hourly, in short transactions. */
export function createJournalPruner(options: {
  db: Database;
  lease: Pick<EngineLease, 'current' | 'onChange'>;
  clock: Clock;
  log: Log;
  pruning: JournalPruning;
}): { start(): void; prune(): Promise<number>; stop(): Promise<void> } {
  const { db, lease, clock, log, pruning } = options;
  const following = createScope();
  let stopped = false;
  let running: Promise<unknown> = Promise.resolve();

  async function removeAll(sql: string, limit: unknown): Promise<number> {
    let removed = 0;
    while (!stopped) {
      const [row] = await db.query<{ removed: number }>(sql, [limit]);
      if (!row || row.removed === 0) break;
      removed += row.removed;
    }
    return removed;
  }

  /** Raises the floor of each user with old events. Returns how many events were removed. */
  const prune = async (): Promise<number> =>
    (await removeAll(TOO_OLD, new Date(clock.now() - pruning.maxAgeMs))) +
    (await removeAll(TOO_MANY, pruning.maxEvents));

  const run = (): void => {
    if (lease.current() === null) return;
    running = running.then(prune).then(
      (removed) => removed > 0 && log.info({ removed }, 'old journal events removed'),
      (error: unknown) => log.warn({ err: error }, 'the journal could not be pruned'),
    );
  };

  return {
    prune,
    start() {
      run();
      following.add(clock.every(PRUNE_INTERVAL_MS, run), lease.onChange(run));
    },
    async stop() {
      following.end();
      stopped = true;
      await running;
    },
  };
}
