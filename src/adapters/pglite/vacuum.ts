import { type Clock, systemClock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Queryable } from '../sql/database.ts';

/** As often as Postgres' own autovacuum. */
const INTERVAL_MS = 60_000;

/**
 * Autovacuum's own thresholds: 50 rows plus a fifth of the table dead, or a tenth changed since the last statistics; long
 * before numbers of transactions run out, all of it. What only grows, as the journal does, is not cleaned for its growth:
 * that reads all of its indexes, for seconds at a million events, and nobody is served meanwhile. Statistics take a sample.
 */
const DUE = `
  SELECT format('%I.%I', s.schemaname, s.relname) AS name,
    s.n_dead_tup > 50 + 0.2 * s.n_live_tup OR age(c.relfrozenxid) > 150000000 AS dirty
  FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid
  WHERE s.n_dead_tup > 50 + 0.2 * s.n_live_tup OR s.n_mod_since_analyze > 50 + 0.1 * s.n_live_tup
    OR age(c.relfrozenxid) > 150000000
  ORDER BY s.n_dead_tup DESC LIMIT 1`;

/**
 * Looks after the table that needs it most and returns its name; null where none does. One at a time, because the
 * only connection is busy for as long as it takes, and in two statements: others come between them.
 */
export async function vacuumOne(db: Queryable): Promise<string | null> {
  const [table] = await db.query<{ name: string; dirty: boolean }>(DUE);
  if (!table) return null;
  if (table.dirty) await db.query(`VACUUM ${table.name}`);
  await db.query(`ANALYZE ${table.name}`);
  return table.name;
}

/** PGlite is one backend without autovacuum: this stands in for it. Returns what stops it. */
export function keepVacuumed(
  db: Queryable,
  { log, clock = systemClock }: { log: Log; clock?: Clock },
): () => void {
  return clock.every(INTERVAL_MS, () => {
    vacuumOne(db).catch((error: unknown) => log.warn({ err: error }, 'a table could not be vacuumed'));
  });
}
