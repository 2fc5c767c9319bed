import path from 'node:path';
import type pg from 'pg';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { StartupError } from '../lib/startup-error.ts';
import { isUnavailable } from '../protocol/errors.ts';
import { openEmbeddedPool } from './pglite/pool.ts';
import { keepVacuumed } from './pglite/vacuum.ts';
import { createPostgresPool, createPostgresReach } from './postgres/pool.ts';
import { createDatabase, type Database } from './sql/database.ts';
import { toDatabaseError } from './sql/errors.ts';
import { migrate, readMigrations } from './sql/migrate.ts';

export type OpenDatabaseOptions = {
  readonly log: Log;
  /** Called with the seconds each statement took. */
  readonly onQuery?: (seconds: number) => void;
  /** Ends the creation of an embedded database, which may take seconds; then StartupError is thrown. */
  readonly signal?: AbortSignal;
  /** Of the vacuum; the system's by default. */
  readonly clock?: Clock;
  /** Folder of the migrations; the product's own by default. */
  readonly migrations?: string;
} & ({ readonly databaseUrl: string } | { readonly dataDir: string });

/** Names the host without the password that is in the URL. */
const unreachable = (options: OpenDatabaseOptions, cause: Error): StartupError =>
  new StartupError(
    'databaseUrl' in options
      ? `The database at ${hostOf(options.databaseUrl)} (DATABASE_URL) cannot be reached: ${cause.message || (cause as { code?: string }).code}.`
      : `The database in ${options.dataDir} cannot be opened: ${cause.message}.`,
    { cause },
  );

function hostOf(databaseUrl: string): string {
  const { host, searchParams } = new URL(databaseUrl);
  return host || (searchParams.get('host') ?? '');
}

/**
 * Opens the Postgres at `databaseUrl`, or the embedded one in `dataDir`, and brings it to the newest schema.
 * Throws StartupError where the folder is in use, the server cannot be reached, or the schema does not fit.
 */
export async function openDatabase(options: OpenDatabaseOptions): Promise<Database> {
  const migrations = await readMigrations(options.migrations);
  const { pool, database } = 'databaseUrl' in options ? openPostgres(options) : await openEmbedded(options);
  try {
    await migrate(pool, migrations, options.log);
  } catch (error) {
    await database.close();
    throw isUnavailable(toDatabaseError(error)) ? unreachable(options, error as Error) : error;
  }
  return database;
}

interface Opened {
  /** For the migrations, which need one session; everything else uses the database. */
  readonly pool: pg.Pool;
  readonly database: Database;
}

function openPostgres({
  databaseUrl: url,
  log,
  onQuery,
}: OpenDatabaseOptions & { databaseUrl: string }): Opened {
  const pool = createPostgresPool({ url, log });
  const reach = createPostgresReach({ url, log });
  return { pool, database: createDatabase({ kind: 'postgres', pool, reach, onQuery }) };
}

async function openEmbedded({
  dataDir,
  log,
  onQuery,
  signal,
  clock,
}: OpenDatabaseOptions & { dataDir: string }): Promise<Opened> {
  const { pool, release } = await openEmbeddedPool({ folder: path.resolve(dataDir), log, signal });
  const database = createDatabase({
    kind: 'embedded',
    pool,
    onQuery,
    release: () => {
      stopVacuum();
      return release();
    },
  });
  // Without `onQuery`: upkeep is no statement of the service and has no place in its latencies.
  const upkeep = createDatabase({ kind: 'embedded', pool });
  const stopVacuum = keepVacuumed(upkeep, { log, clock });
  return { pool, database };
}
