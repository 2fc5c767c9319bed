import { type Clock, systemClock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Queryable } from '../sql/database.ts';

/** As often as Postgres' own autovacuum. */
const INTERVAL_MS = 60_000;

/**
 * Autovacuum's own thresholds: 50 rows plus a fifth of the table dead, or a tenth changed since the last statistics.
 */
const DUE = `
  SELECT format('%I.%I', schemaname, relname) AS name FROM pg_stat_user_tables
  WHERE n_dead_tup > 50 + 0.2 * n_live_tup OR n_mod_since_analyze > 50 + 0.1 * n_live_tup
  ORDER BY n_dead_tup DESC LIMIT 1`;

/**
 * Cleans the table that needs it most and returns its name; null where none does. One at a time, because the
 * only connection is busy for as long as it takes.
 */
export async function vacuumOne(db: Queryable): Promise<string | null> {
  const [table] = await db.query<{ name: string }>(DUE);
  if (!table) return null;
  await db.query(`VACUUM (ANALYZE) ${table.name}`);
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
