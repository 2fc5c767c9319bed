import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type pg from 'pg';
import type { Log } from '../../lib/log.ts';
import { StartupError } from '../../lib/startup-error.ts';
import { type Place, placeOf, refusalOf } from './migration-refusals.ts';

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

/** A table that a migration makes. */
const TABLE = /^CREATE TABLE (?:IF NOT EXISTS )?(\w+)/gim;

/** Names of the tables that the migrations make; one that a later migration removed may be among them. */
export const tablesOf = (migrations: readonly Migration[]): string[] => [
  'schema_migrations',
  ...migrations.flatMap(({ sql }) => [...sql.matchAll(TABLE)].map(([, name]) => name!)),
];

/**
 * Brings the database to the state of `migrations`, one transaction each, under an advisory lock: of replicas that
 * start at once, one migrates and the others find it done. A lock of a transaction holds behind every pooler. Throws
 * StartupError where the database is newer than this code, a migration was edited after it ran, or a right is missing.
 */
export async function migrate(
  pool: pg.Pool,
  migrations: readonly Migration[],
  log: Log,
  begin = 'BEGIN',
): Promise<void> {
  const client = await pool.connect();
  let broken: Error | undefined;
  let place: Place | null = null;
  try {
    for (;;) {
      await client.query(begin);
      await client.query(`SET LOCAL statement_timeout = ${PATIENCE_MS}`);
      await client.query(patiently(`SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})`));
      place ??= await placeOf(client);
      const next = await nextOf(client, migrations, place);
      if (next) await apply(client, next, place);
      await client.query('COMMIT');
      if (!next) return;
      log.info({ migration: next.name }, 'migration applied');
    }
  } catch (error) {
    broken = error as Error;
    throw error;
  } finally {
    // Closing the connection of a failed run frees its lock whatever state it is in.
    client.release(broken);
  }
}

/** The lowest one that has not run yet; null where all have. */
async function nextOf(
  client: pg.PoolClient,
  migrations: readonly Migration[],
  place: Place,
): Promise<Migration | null> {
  const rows = await recorded(client, place);
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
  return migrations.find(({ version }) => !done.has(version)) ?? null;
}

interface Recorded {
  version: number;
  name: string;
  checksum: string;
}

/** Makes the table of records where there is none: a user without the right to make one may still use it. */
async function recorded(client: pg.PoolClient, place: Place): Promise<Recorded[]> {
  const { rows: found } = await client.query<{ there: boolean }>(
    "SELECT to_regclass('schema_migrations') IS NOT NULL AS there",
  );
  try {
    if (!found[0]!.there)
      await client.query(`CREATE TABLE schema_migrations (
        version integer PRIMARY KEY,
        name text NOT NULL,
        checksum text NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT now()
      )`);
    const { rows } = await client.query<Recorded>(
      'SELECT version, name, checksum FROM schema_migrations ORDER BY version',
    );
    return rows;
  } catch (error) {
    throw refusalOf(error, place) ?? error;
  }
}

async function apply(
  client: pg.PoolClient,
  { version, name, sql, checksum }: Migration,
  place: Place,
): Promise<void> {
  try {
    await client.query(patiently(sql));
    await client.query('INSERT INTO schema_migrations (version, name, checksum) VALUES ($1, $2, $3)', [
      version,
      name,
      checksum,
    ]);
  } catch (error) {
    throw (
      refusalOf(error, place) ??
      new StartupError(`Migration ${name} failed: ${(error as Error).message}`, { cause: error })
    );
  }
}
