import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createTestDatabase, KINDS } from '../../../rig/database/database.ts';
import { silentLog } from '../../../rig/log.ts';
import { openDatabase } from '../../../src/adapters/open-database.ts';
import { createPostgresConnection } from '../../../src/adapters/postgres/connection.ts';
import { createPostgresPool } from '../../../src/adapters/postgres/pool.ts';
import { createDatabase, type Database } from '../../../src/adapters/sql/database.ts';
import { MIGRATIONS_FOLDER, migrate, readMigrations } from '../../../src/adapters/sql/migrate.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'tradecast-migrations-'));
  await cp(MIGRATIONS_FOLDER, folder, { recursive: true });
});
afterEach(() => rm(folder, { recursive: true }));

const add = (name: string, sql: string): Promise<void> => writeFile(path.join(folder, name), sql);

describe.each(KINDS)('migrations of the %s database', (kind) => {
  let close: () => Promise<void>;
  let where: { readonly databaseUrl: string } | { readonly dataDir: string };
  let db: Database;
  beforeEach(async () => {
    const made = kind === 'postgres' ? await createTestDatabase(kind) : await createTestDatabase(kind);
    ({ db, close } = made);
    where = 'url' in made ? { databaseUrl: made.url } : { dataDir: made.dataDir };
  });
  afterEach(async () => {
    await db.close();
    await close();
  });

  const open = async (migrations: string): Promise<void> => {
    await db.close();
    db = await openDatabase({ ...where, migrations, log: silentLog });
  };
  const run = (): Promise<void> => open(folder);
  const applied = (): Promise<{ name: string }[]> =>
    db.query<{ name: string }>('SELECT name FROM schema_migrations ORDER BY version');

  test('every file of the folder has run, and running them again changes nothing', async () => {
    const before = await applied();
    expect(before.map(({ name }) => name)).toEqual((await readdir(MIGRATIONS_FOLDER)).sort());
    await run();
    expect(await applied()).toEqual(before);
  });

  test('one that fails leaves neither its changes nor a record, and says which it is', async () => {
    await add('900_half.sql', 'CREATE TABLE half (id int); SELECT 1 / 0;');
    await expect(run()).rejects.toThrow('Migration 900_half.sql failed: division by zero');
    await open(MIGRATIONS_FOLDER);
    expect(await db.query("SELECT to_regclass('half') AS half")).toEqual([{ half: null }]);
    await add('900_half.sql', 'CREATE TABLE half (id int);');
    await run();
    expect(await db.query("SELECT to_regclass('half') AS half")).toEqual([{ half: 'half' }]);
  });

  test('a database newer than the code is refused with a sentence', async () => {
    await add('900_later.sql', 'CREATE TABLE later (id int)');
    await run();
    await rm(path.join(folder, '900_later.sql'));
    await expect(run()).rejects.toThrow(
      'The database is newer than this version of Tradecast: it has migration 900_later.sql, which is not known here.',
    );
  });

  test('a migration edited after it ran is refused with a sentence', async () => {
    await add('900_edited.sql', 'CREATE TABLE edited (id int)');
    await run();
    await add('900_edited.sql', 'CREATE TABLE edited (id bigint)');
    await expect(run()).rejects.toThrow(
      'Migration 900_edited.sql was changed after it ran on this database.',
    );
  });
});

test('replicas that start at once on an empty Postgres migrate it once', async () => {
  const own = await createTestDatabase('postgres');
  await own.db.query('DROP SCHEMA public CASCADE');
  await own.db.query('CREATE SCHEMA public');
  await add('900_slow.sql', 'SELECT pg_sleep(0.2); CREATE TABLE slow (id int)');
  const replicas = await Promise.all(
    Array.from({ length: 4 }, () =>
      openDatabase({ databaseUrl: own.url, migrations: folder, log: silentLog }),
    ),
  );
  const names = await own.db.query<{ name: string }>('SELECT name FROM schema_migrations ORDER BY version');
  expect(names.map(({ name }) => name)).toEqual((await readdir(folder)).sort());
  for (const replica of replicas) await replica.close();
  await own.close();
});

test('a migration may take longer than any other statement is given', async () => {
  const own = await createTestDatabase('postgres');
  const pool = createPostgresPool({
    connection: createPostgresConnection(own.url),
    session: { searchPath: [], losesCommits: false, statementTimeoutMs: 100 },
    log: silentLog,
  });
  await add('900_slow.sql', 'SELECT pg_sleep(0.3); CREATE TABLE slow (id int)');
  await migrate(pool, await readMigrations(folder), silentLog);
  const db = createDatabase({ kind: 'postgres', pool });
  await expect(db.query('SELECT pg_sleep(0.3)')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await db.close();
  await own.close();
});

test('names that say no number, and numbers used twice, are refused', async () => {
  await add('1_short.sql', 'SELECT 1');
  await expect(readMigrations(folder)).rejects.toThrow('1_short.sql is not a migration');
  await rm(path.join(folder, '1_short.sql'));
  await add('001_another.sql', 'SELECT 1');
  await expect(readMigrations(folder)).rejects.toThrow('Two migrations have the number of');
});
