import path from 'node:path';
import type { Log } from '../../lib/log.ts';
import { StartupError } from '../../lib/startup-error.ts';
import { isUnavailable } from '../../protocol/errors.ts';
import { openEmbeddedPool } from '../pglite/pool.ts';
import { createPostgresPool, createPostgresReach } from '../postgres/pool.ts';
import { createDatabase, type Database } from './database.ts';
import { toDatabaseError } from './errors.ts';
import { migrate, readMigrations } from './migrate.ts';

export type OpenDatabaseOptions = {
  readonly log: Log;
  /** Called with the seconds each statement took. */
  readonly onQuery?: (seconds: number) => void;
  /** Folder of the migrations; the product's own by default. */
  readonly migrations?: string;
} & ({ readonly databaseUrl: string } | { readonly dataDir: string });

/** Says where without the password that is in the URL. */
const unreachable = (options: OpenDatabaseOptions, cause: Error): StartupError =>
  new StartupError(
    'databaseUrl' in options
      ? `The database at ${new URL(options.databaseUrl).host} (DATABASE_URL) cannot be reached: ${cause.message || (cause as { code?: string }).code}.`
      : `The database in ${options.dataDir} cannot be opened: ${cause.message}.`,
    { cause },
  );

/**
 * Opens the Postgres at `databaseUrl`, or the embedded one in `dataDir`, and brings it to the newest schema.
 * Throws StartupError where the folder is in use, the server cannot be reached, or the schema does not fit.
 */
export async function openDatabase(options: OpenDatabaseOptions): Promise<Database> {
  const { log, onQuery } = options;
  const migrations = await readMigrations(options.migrations);
  const database =
    'databaseUrl' in options
      ? createDatabase({
          kind: 'postgres',
          pool: createPostgresPool({ url: options.databaseUrl, log }),
          reach: createPostgresReach({ url: options.databaseUrl, log }),
          onQuery,
        })
      : createDatabase({
          kind: 'embedded',
          ...(await openEmbeddedPool({ folder: path.resolve(options.dataDir), log })),
          onQuery,
        });
  try {
    await migrate(database.pool, migrations, log);
  } catch (error) {
    await database.close();
    throw isUnavailable(toDatabaseError(error)) ? unreachable(options, error as Error) : error;
  }
  return database;
}
