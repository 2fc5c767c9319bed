import type { Database } from './database.ts';

/** A megabyte: what was freed by chance is no room to go on with. */
const ROWS = 1_000;
const ROW_LENGTH = 1_000;

/**
 * Stores a megabyte and removes it. A new table has no free pages that a write could use without any room on the disk.
 * It is a temporary one, which needs no right on the schema and has no rows to clean up.
 */
export const takeRoom = (database: Pick<Database, 'transaction'>): Promise<void> =>
  database.transaction(async (tx) => {
    await tx.query('CREATE TEMPORARY TABLE room_on_trial (filling text) ON COMMIT DROP');
    await tx.query(
      `INSERT INTO pg_temp.room_on_trial SELECT repeat('x', ${ROW_LENGTH}) FROM generate_series(1, ${ROWS})`,
    );
  });
