import { createHash, randomUUID } from 'node:crypto';
import { cpSync, existsSync } from 'node:fs';
import { mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { type OpenDatabaseOptions, openDatabase } from '../../src/adapters/open-database.ts';
import type { Database } from '../../src/adapters/sql/database.ts';
import { readMigrations } from '../../src/adapters/sql/migrate.ts';
import { silentLog } from '../log.ts';
import { testPostgres } from './postgres.ts';

export const KINDS = ['embedded', 'postgres'] as const;
export type Kind = (typeof KINDS)[number];

/** An empty, migrated database of its own; `close` removes it. */
export interface TestDatabase {
  readonly db: Database;
  close(): Promise<void>;
}
export interface EmbeddedTestDatabase extends TestDatabase {
  /** What `openDatabase` was given as `dataDir`. */
  readonly dataDir: string;
}
export interface PostgresTestDatabase extends TestDatabase {
  /** What `openDatabase` was given as `databaseUrl`. */
  readonly url: string;
}

/** What a test sees of the statements. */
type Observers = Pick<OpenDatabaseOptions, 'onQuery'>;

/** Names what a template is made from: another schema or another PGlite has a template of its own. */
async function fingerprint(): Promise<string> {
  const migrations = await readMigrations();
  const creator = path.join(import.meta.dirname, '../../src/adapters/pglite/create.ts');
  const pglite = path.join(import.meta.dirname, '../../node_modules/@electric-sql/pglite/package.json');
  const hash = createHash('sha256');
  for (const { name, checksum } of migrations) hash.update(`${name} ${checksum}\n`);
  for (const file of [creator, pglite]) hash.update(await readFile(file));
  return hash.digest('hex').slice(0, 16);
}

/** A migrated folder that is made once for all runs on the same schema; copying it takes a tenth of a second. */
async function embeddedTemplate(): Promise<string> {
  const home = process.env.TEST_TEMPLATES ?? os.tmpdir();
  const template = path.join(home, `tradecast-template-${await fingerprint()}`);
  if (existsSync(template)) return template;
  const unfinished = await mkdtemp(`${template}-`);
  const db = await openDatabase({ dataDir: unfinished, log: silentLog });
  await db.close();
  // Of two workers that made one at the same time, the second throws its own away.
  await rename(unfinished, template).catch(() => rm(unfinished, { recursive: true }));
  return template;
}

/** Puts a migrated, empty embedded database where the service looks for it in its DATA_DIR. */
export async function prepareDataDir(dataDir: string): Promise<void> {
  // A thousand small files: one call after another in one go is ten times faster than the promises.
  cpSync(await embeddedTemplate(), path.join(dataDir, 'database'), { recursive: true });
}

async function createEmbedded(observers: Observers): Promise<EmbeddedTestDatabase> {
  const home = await mkdtemp(path.join(os.tmpdir(), 'tradecast-test-'));
  await prepareDataDir(home);
  const dataDir = path.join(home, 'database');
  const db = await openDatabase({ dataDir, log: silentLog, ...observers });
  return {
    db,
    dataDir,
    async close() {
      await db.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** Runs statements on the server's own database, outside any transaction. */
async function administer(url: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client(`${url}/postgres`);
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

async function createPostgres(observers: Observers): Promise<PostgresTestDatabase> {
  const server = await testPostgres();
  const template = `template_${await fingerprint()}`;
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await administer(server, async (client) => {
    await client.query('SELECT pg_advisory_lock(1)');
    const { rows } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [template]);
    if (rows.length === 0) {
      const unfinished = `${template}_new`;
      await client.query(`DROP DATABASE IF EXISTS ${unfinished} WITH (FORCE)`);
      await client.query(`CREATE DATABASE ${unfinished}`);
      const db = await openDatabase({ databaseUrl: `${server}/${unfinished}`, log: silentLog });
      await db.close();
      await client.query(`ALTER DATABASE ${unfinished} RENAME TO ${template}`);
    }
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY file_copy`);
  });
  const url = `${server}/${name}`;
  const db = await openDatabase({ databaseUrl: url, log: silentLog, ...observers });
  return {
    db,
    url,
    async close() {
      await db.close();
      await administer(server, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
    },
  };
}

export function createTestDatabase(kind: 'postgres', observers?: Observers): Promise<PostgresTestDatabase>;
export function createTestDatabase(kind: 'embedded', observers?: Observers): Promise<EmbeddedTestDatabase>;
export function createTestDatabase(kind: Kind, observers?: Observers): Promise<TestDatabase>;
export function createTestDatabase(kind: Kind, observers: Observers = {}): Promise<TestDatabase> {
  return kind === 'embedded' ? createEmbedded(observers) : createPostgres(observers);
}
