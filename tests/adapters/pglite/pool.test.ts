import { readdirSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { prepareDataDir } from '../../../rig/database/database.ts';
import { silentLog } from '../../../rig/log.ts';
import { until } from '../../../rig/wait.ts';
import { openDatabase } from '../../../src/adapters/open-database.ts';
import { vacuumOne } from '../../../src/adapters/pglite/vacuum.ts';
import type { Database, Queryable } from '../../../src/adapters/sql/database.ts';
import { createManualClock } from '../../support/manual-clock.ts';

let home: string;
let dataDir: string;
let db: Database;
beforeAll(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), 'tradecast-test-'));
  dataDir = path.join(home, 'not', 'there', 'yet');
  db = await openDatabase({ dataDir, log: silentLog });
});
afterAll(async () => {
  await db.close();
  await rm(home, { recursive: true });
});

test('a folder that does not exist becomes a database that only its owner may read', async () => {
  expect(await db.query('SELECT count(*) AS users FROM users')).toEqual([{ users: 0 }]);
  expect(statSync(dataDir).mode & 0o077).toBe(0);
  expect(statSync(path.join(dataDir, 'pgdata')).mode & 0o077).toBe(0);
});

test('a first start that was interrupted leaves nothing that counts as a database', async () => {
  const interrupted = path.join(home, 'interrupted');
  const leftover = path.join(interrupted, 'unfinished-1');
  await mkdir(leftover, { recursive: true });
  await writeFile(path.join(leftover, 'PG_VERSION'), '18');
  const opened = await openDatabase({ dataDir: interrupted, log: silentLog });
  expect(await opened.query('SELECT count(*) AS users FROM users')).toEqual([{ users: 0 }]);
  expect((await readdir(interrupted)).sort()).toEqual(['lock', 'pgdata']);
  await opened.close();
});

/** Statistics are published once a second by themselves. */
const publishStatistics = (): Promise<unknown> => db.query('SELECT pg_stat_force_next_flush()');

test('a table with many dead rows is cleaned, and its space used again', async () => {
  await db.query('CREATE TABLE churned (id bigint PRIMARY KEY, filling text)');
  const churn = async (): Promise<void> => {
    await db.query("INSERT INTO churned SELECT n, repeat('x', 500) FROM generate_series(1, 2000) n");
    await db.query('DELETE FROM churned');
    await publishStatistics();
    const cleaned = new Set<string | null>();
    for (let table = await vacuumOne(db); table; table = await vacuumOne(db)) {
      if (cleaned.has(table)) throw new Error(`${table} is cleaned again and again`);
      cleaned.add(table);
      await publishStatistics();
    }
    expect(cleaned).toContain('public.churned');
    expect(await db.query("SELECT pg_relation_size('churned') AS bytes")).toEqual([{ bytes: 0 }]);
  };
  await churn();
  await churn();
});

test('a table that has only grown gets statistics and is not cleaned', async () => {
  await db.query('CREATE TABLE grown AS SELECT generate_series(1, 5000) AS number');
  const statements: string[] = [];
  const watched: Queryable = {
    query(sql, params) {
      statements.push(sql);
      return db.query(sql, params);
    },
  };
  await publishStatistics();
  for (let table = await vacuumOne(watched); table; table = await vacuumOne(watched))
    await publishStatistics();
  const about = statements.filter((sql) => sql.endsWith('public.grown'));
  expect(about).toEqual(['ANALYZE public.grown']);
});

test('the vacuum of a minute is no statement in the latencies of the service', async () => {
  const clock = createManualClock(0);
  let observed = 0;
  const folder = path.join(home, 'minute');
  await prepareDataDir(folder);
  const opened = await openDatabase({
    dataDir: path.join(folder, 'database'),
    log: silentLog,
    clock,
    onQuery: () => observed++,
  });
  // What the start looks at is of the service, too.
  const before = observed;
  let asked = 0;
  const query = <Row>(sql: string): Promise<Row[]> => {
    asked++;
    return opened.query<Row>(sql);
  };
  await query('CREATE TABLE churned (filling text)');
  await query("INSERT INTO churned SELECT repeat('x', 500) FROM generate_series(1, 2000) n");
  await query('DELETE FROM churned');
  const isCleaned = async (): Promise<boolean> => {
    await query('SELECT pg_stat_force_next_flush()');
    clock.advance(60_000);
    const [size] = await query<{ bytes: number }>("SELECT pg_relation_size('churned') AS bytes");
    return size!.bytes === 0;
  };
  await until(isCleaned, 'the table is cleaned');
  expect(observed - before).toBe(asked);
  await opened.close();
});

test('the log stays bounded however much is written', async () => {
  await db.query('CREATE TABLE logged (filling text STORAGE external)');
  const segments = (): string[] =>
    readdirSync(path.join(dataDir, 'pgdata/pg_wal')).filter((name) => /^[0-9A-F]{24}$/.test(name));
  // Timeline, then the number in two halves; the second counts 256 segments.
  const newest = (): number => {
    const name = segments().sort().at(-1)!;
    return Number.parseInt(name.slice(8, 16), 16) * 256 + Number.parseInt(name.slice(16), 16);
  };
  const first = newest();
  for (let round = 0; round < 12; round++) {
    await db.query('INSERT INTO logged SELECT repeat(md5(n::text), 200) FROM generate_series(1, 2000) n');
    await db.query('TRUNCATE logged');
  }
  // More was written than is kept.
  expect(newest() - first).toBeGreaterThan(6);
  expect(segments().length).toBeLessThanOrEqual(6);
});

test('a heavy query leaves the event loop free', async () => {
  // A query that held the loop would let it turn once at most.
  let turns = 0;
  const watching = setInterval(() => turns++, 1);
  await db
    .query('SELECT sum(n * n % 7) AS total FROM generate_series(1::bigint, 1000000) n')
    .finally(() => clearInterval(watching));
  expect(turns).toBeGreaterThan(10);
});
