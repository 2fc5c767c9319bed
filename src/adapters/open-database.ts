import path from 'node:path';
import type pg from 'pg';
import { type Clock, systemClock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { StartupError } from '../lib/startup-error.ts';
import { isUnavailable } from '../protocol/errors.ts';
import { openEmbeddedPool } from './pglite/pool.ts';
import { keepVacuumed } from './pglite/vacuum.ts';
import { createPostgresConnection } from './postgres/connection.ts';
import { inspectPostgres } from './postgres/inspect.ts';
import { createPostgresPool, createPostgresReach } from './postgres/pool.ts';
import { missingTableRights } from './postgres/refusals.ts';
import { BEGIN, sessionStatements } from './postgres/session.ts';
import { createDatabase, type Database } from './sql/database.ts';
import { createDiskWatch } from './sql/disk-watch.ts';
import { toDatabaseError } from './sql/errors.ts';
import { migrate, readMigrations, tablesOf } from './sql/migrate.ts';
import { takeRoom } from './sql/take-room.ts';

export type OpenDatabaseOptions = {
  readonly log: Log;
  /** Called with the seconds each statement took. */
  readonly onQuery?: (seconds: number) => void;
  /** Ends the creation of an embedded database, which may take seconds; then StartupError is thrown. */
  readonly signal?: AbortSignal;
  /** The system's by default. */
  readonly clock?: Clock;
  /** Folder of the migrations; the product's own by default. */
  readonly migrations?: string;
} & ({ readonly databaseUrl: string } | { readonly dataDir: string });

/**
 * Opens the Postgres at `databaseUrl`, or the embedded one in `dataDir`, and brings it to the newest schema.
 * Throws StartupError where the folder is in use, the server cannot be reached, or the schema does not fit.
 */
export async function openDatabase(options: OpenDatabaseOptions): Promise<Database> {
  const migrations = await readMigrations(options.migrations);
  const { pool, database, begin, where } =
    'databaseUrl' in options ? await openPostgres(options) : await openEmbedded(options);
  try {
    await migrate(pool, migrations, options.log, begin);
    const problem = await missingTableRights(database, tablesOf(migrations));
    if (problem) throw new StartupError(problem);
  } catch (error) {
    await database.close();
    if (!isUnavailable(toDatabaseError(error))) throw error;
    throw new StartupError(`The database ${where} went away: ${(error as Error).message}.`, { cause: error });
  }
  return database;
}

interface Opened {
  /** For the migrations, which need one session; everything else uses the database. */
  readonly pool: pg.Pool;
  readonly database: Database;
  /** Begins a transaction. */
  readonly begin?: string;
  /** For a sentence. */
  readonly where: string;
}

async function openPostgres({
  databaseUrl,
  log,
  onQuery,
  clock = systemClock,
}: OpenDatabaseOptions & { databaseUrl: string }): Promise<Opened> {
  const connection = createPostgresConnection(databaseUrl);
  const { keepsSessions, ...session } = await inspectPostgres(connection, log);
  const pool = createPostgresPool({ connection, session: keepsSessions ? session : null, log });
  const reach = createPostgresReach({ connection, log });
  const begin = keepsSessions ? BEGIN : `${BEGIN}; ${sessionStatements(session, 'LOCAL')}`;
  const disk = createDiskWatch({ clock, log });
  const database = createDatabase({ kind: 'postgres', pool, reach, disk, onQuery, begin, keepsSessions });
  disk.start(() => takeRoom(database));
  return { pool, database, begin, where: `at ${connection.where}` };
}

async function openEmbedded({
  dataDir,
  log,
  onQuery,
  signal,
  clock = systemClock,
}: OpenDatabaseOptions & { dataDir: string }): Promise<Opened> {
  const { pool, release } = await openEmbeddedPool({ folder: path.resolve(dataDir), log, signal });
  const disk = createDiskWatch({ clock, log });
  const database = createDatabase({
    kind: 'embedded',
    pool,
    onQuery,
    disk,
    release: () => {
      stopVacuum();
      return release();
    },
  });
  disk.start(() => takeRoom(database));
  // Without `onQuery`: upkeep is no statement of the service and has no place in its latencies.
  const upkeep = createDatabase({ kind: 'embedded', pool });
  const stopVacuum = keepVacuumed(upkeep, { log, clock });
  return { pool, database, where: `in ${dataDir}` };
}
