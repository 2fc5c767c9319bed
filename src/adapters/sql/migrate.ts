import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type pg from 'pg';
import type { Log } from '../../lib/log.ts';
import { StartupError } from '../../lib/startup-error.ts';

/** The folder of this file's migrations: `NNN_what-it-does.sql`, run once each in the order of their numbers. */
export const MIGRATIONS_FOLDER = path.join(import.meta.dirname, 'migrations');

/** Any number, as long as every replica uses it and no other program does. */
const MIGRATION_LOCK = 0x7472_6164;

/** Longest migration, and longest wait for another replica's: far beyond any statement of normal work. */
const PATIENCE_MS = 10 * 60 * 1000;

/** pg's own limit on the time of a statement is set per query; the server's per session. */
const patiently = (text: string): pg.QueryConfig & { query_timeout: number } => ({
  text,
  query_timeout: PATIENCE_MS,
});

export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

/** Reads the migrations of a folder, lowest number first. Throws where a name is malformed or a number used twice. */
export async function readMigrations(folder: string = MIGRATIONS_FOLDER): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  const migrations = await Promise.all(
    names.map(async (name): Promise<Migration> => {
      const version = /^(\d{3})_[a-z0-9_-]+\.sql$/.exec(name)?.[1];
      if (!version) throw new Error(`${name} is not a migration: call it NNN_what-it-does.sql.`);
      const sql = await readFile(path.join(folder, name), 'utf8');
      return {
        version: Number(version),
        name,
        sql,
        checksum: createHash('sha256').update(sql).digest('hex'),
      };
    }),
  );
  const twice = migrations.find((migration, index) => migrations[index - 1]?.version === migration.version);
  if (twice)
    throw new Error(
      `Two migrations have the number of ${twice.name}: give one of them the next free number.`,
    );
  return migrations;
}

/**
 * Brings the database to the state of `migrations`, one transaction each, under an advisory lock: of replicas
 * that start at once, one migrates and the others find it done. Throws StartupError where the database is newer
 * than this code or a migration was edited after it ran.
 */
export async function migrate(pool: pg.Pool, migrations: readonly Migration[], log: Log): Promise<void> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query(`SET statement_timeout = ${PATIENCE_MS}`);
    await client.query(patiently(`SELECT pg_advisory_lock(${MIGRATION_LOCK})`));
    await apply(client, migrations, log);
  } catch (error) {
    broken = error as Error;
    throw error;
  } finally {
    if (!broken) await client.query(`SELECT pg_advisory_unlock(${MIGRATION_LOCK})`);
    if (!broken) await client.query('RESET statement_timeout');
    // Closing the connection of a failed run frees its lock whatever state it is in.
    client.release(broken);
  }
}

async function apply(client: pg.PoolClient, migrations: readonly Migration[], log: Log): Promise<void> {
  await client.query(`CREATE TABLE IF NOT EXISTS schema_migrations (
    version integer PRIMARY KEY,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
  )`);
  const { rows } = await client.query<{ version: number; name: string; checksum: string }>(
    'SELECT version, name, checksum FROM schema_migrations ORDER BY version',
  );
  const known = new Map(migrations.map((migration) => [migration.version, migration]));
  for (const { version, name, checksum } of rows) {
    const migration = known.get(version);
    if (!migration)
      throw new StartupError(
        `The database is newer than this version of Tradecast: it has migration ${name}, which is not known here. Start the version that made it, or a newer one.`,
      );
    if (migration.checksum !== checksum)
      throw new StartupError(
        `Migration ${name} was changed after it ran on this database. Restore the file and put the change into a new migration.`,
      );
  }
  const done = new Set(rows.map((row) => row.version));
  for (const migration of migrations.filter(({ version }) => !done.has(version))) {
    try {
      await client.query('BEGIN');
      await client.query(patiently(migration.sql));
      await client.query('INSERT INTO schema_migrations (version, name, checksum) VALUES ($1, $2, $3)', [
        migration.version,
        migration.name,
        migration.checksum,
      ]);
      await client.query('COMMIT');
    } catch (error) {
      throw new StartupError(`Migration ${migration.name} failed: ${(error as Error).message}`, {
        cause: error,
      });
    }
    log.info({ migration: migration.name }, 'migration applied');
  }
}
