import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestDatabase, type PostgresTestDatabase } from '../../../rig/database/database.ts';
import { silentLog } from '../../../rig/log.ts';
import { type PostgresPooler, startPostgresPooler } from '../../../rig/stand-ins/postgres-pooler.ts';
import { openDatabase } from '../../../src/adapters/open-database.ts';
import type { Database } from '../../../src/adapters/sql/database.ts';

describe.each(['session', 'transaction'] as const)('behind a pooler in %s mode', (mode) => {
  let own: PostgresTestDatabase;
  let pooler: PostgresPooler;
  let db: Database;
  const lines: string[] = [];
  beforeAll(async () => {
    own = await createTestDatabase('postgres');
    const { port, pathname } = new URL(own.url);
    await own.db.query('DROP SCHEMA public CASCADE');
    await own.db.query('CREATE SCHEMA service');
    await own.db.query(`ALTER DATABASE ${pathname.slice(1)} SET DateStyle = 'SQL, DMY'`);
    await own.db.query(
      `ALTER DATABASE ${pathname.slice(1)} SET default_transaction_isolation = serializable`,
    );
    pooler = await startPostgresPooler(Number(port), mode);
    const log = { ...silentLog, warn: (_: object, line: string) => void lines.push(line) };
    db = await openDatabase({ databaseUrl: `${pooler.url}${pathname}?schema=service`, log });
  });
  afterAll(async () => {
    await db.close();
    await pooler.close();
    await own.close();
  });

  test('the database is migrated in its schema, and the log says what the pooler costs', async () => {
    expect(await db.query("SELECT to_regclass('service.orders')::text AS orders")).toEqual([
      { orders: 'orders' },
    ]);
    expect(lines).toEqual(
      mode === 'session' ? [] : [expect.stringContaining('a pooler in transaction mode')],
    );
  });

  test('every statement finds its session, however many run at once', async () => {
    const ask = () =>
      db.query(
        "SELECT now() AS at, current_setting('transaction_isolation') AS isolation, current_schema() AS schema, $1::int AS n",
        [1],
      );
    const rows = (await Promise.all(Array.from({ length: 40 }, ask))).flat();
    expect(rows).toHaveLength(40);
    for (const row of rows)
      expect(row).toEqual({ at: expect.any(Date), isolation: 'read committed', schema: 'service', n: 1 });
  });

  test('transactions hold together, and one that throws leaves nothing behind', async () => {
    await db.query('CREATE TABLE things (id int PRIMARY KEY)');
    const add = (id: number): Promise<void> =>
      db.transaction(async (tx) => {
        await tx.query('INSERT INTO things (id) VALUES ($1)', [id]);
        const [row] = await tx.query<{ id: number }>('SELECT id FROM things WHERE id = $1', [id]);
        if (row!.id % 2 === 1) throw new Error('odd');
      });
    await Promise.allSettled(Array.from({ length: 20 }, (_, id) => add(id)));
    expect(await db.query('SELECT count(*) AS count, sum(id % 2) AS odd FROM things')).toEqual([
      { count: 10, odd: 0 },
    ]);
  });
});

test('a start-up parameter that the pooler refuses is named, with the line to add', async () => {
  const own = await createTestDatabase('postgres');
  const { port, pathname } = new URL(own.url);
  const pooler = await startPostgresPooler(Number(port), 'session');
  const databaseUrl = `${pooler.url}${pathname}?options=-c%20geqo%3Doff`;
  await expect(openDatabase({ databaseUrl, log: silentLog })).rejects.toThrow(
    /refuses the start-up parameter options: add it to ignore_startup_parameters/,
  );
  await pooler.close();
  await own.close();
});

test('pgbouncer=true in the address says that the pooler keeps no session', async () => {
  const own = await createTestDatabase('postgres');
  const lines: string[] = [];
  const log = { ...silentLog, warn: (_: object, line: string) => void lines.push(line) };
  const db = await openDatabase({ databaseUrl: `${own.url}?pgbouncer=true`, log });
  await db.query('SELECT $1::int', [1]);
  const rows = await db.query("SELECT name FROM pg_prepared_statements WHERE name LIKE 's%'");
  expect(rows).toEqual([]);
  expect(lines).toEqual([expect.stringContaining('a pooler in transaction mode')]);
  await db.close();
  await own.close();
});
