import path from 'node:path';
import type { Log } from '../../lib/log.ts';
import { createDatabase, type Database } from './database.ts';
import { openEmbeddedPool } from './embedded.ts';
import { migrate, readMigrations } from './migrate.ts';
import { createPostgresPool } from './postgres.ts';

export type OpenDatabaseOptions = {
  readonly log: Log;
  /** Called with the seconds each statement took. */
  readonly onQuery?: (seconds: number) => void;
  /** Folder of the migrations; the product's own by default. */
  readonly migrations?: string;
} & ({ readonly databaseUrl: string } | { readonly dataDir: string });

/**
 * Opens the Postgres at `databaseUrl`, or the embedded one in `dataDir`, and brings it to the newest schema.
 * Throws a sentence where the folder is in use, the server cannot be reached, or the schema does not fit.
 */
export async function openDatabase(options: OpenDatabaseOptions): Promise<Database> {
  const { log, onQuery } = options;
  const migrations = await readMigrations(options.migrations);
  const database =
    'databaseUrl' in options
      ? createDatabase({
          kind: 'postgres',
          pool: createPostgresPool({ url: options.databaseUrl, log }),
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
    throw error;
  }
  return database;
}
