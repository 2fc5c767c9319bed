import { once } from 'node:events';
import net from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestDatabase, KINDS, type TestDatabase } from '../../../rig/database/database.ts';
import { silentLog } from '../../../rig/log.ts';
import { startTcpProxy } from '../../../rig/stand-ins/tcp-proxy.ts';
import { until } from '../../../rig/wait.ts';
import { openDatabase } from '../../../src/adapters/open-database.ts';
import { createPostgresConnection } from '../../../src/adapters/postgres/connection.ts';
import { createPostgresPool } from '../../../src/adapters/postgres/pool.ts';
import { createDatabase, type Database } from '../../../src/adapters/sql/database.ts';

const SESSION = { searchPath: [], losesCommits: false };

describe.each(KINDS)('the %s database', (kind) => {
  let own: TestDatabase;
  let db: Database;
  const seconds: number[] = [];
  beforeAll(async () => {
    own = await createTestDatabase(kind, { onQuery: (took) => seconds.push(took) });
    db = own.db;
    await db.query('CREATE TABLE things (id bigint PRIMARY KEY, amount numeric(20, 6))');
  });
  afterAll(() => own.close());

  test('gives NUMERIC as its exact text, BIGINT as a number and TIMESTAMPTZ as a Date', async () => {
    const [row] = await db.query(
      "SELECT 12345678901234.123456::numeric AS amount, 9007199254740991::bigint AS big, '2026-03-08T07:00:00.123Z'::timestamptz AS at",
    );
    expect(row).toEqual({
      amount: '12345678901234.123456',
      big: 9007199254740991,
      at: new Date('2026-03-08T07:00:00.123Z'),
    });
  });

  test('refuses to round a BIGINT that does not fit a number', async () => {
    await expect(db.query('SELECT 9007199254740993::bigint AS big')).rejects.toThrow('does not fit a number');
    expect(await db.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  test('carries big values both ways', async () => {
    const text = 'ä🙂'.repeat(400_000);
    const [row] = await db.query<{ text: string }>('SELECT $1::text AS text', [text]);
    expect(row?.text).toBe(text);
  });

  test('a transaction that throws leaves nothing behind', async () => {
    const refused = new Error('refused');
    const work = db.transaction(async (tx) => {
      await tx.query('INSERT INTO things (id) VALUES ($1)', [1]);
      throw refused;
    });
    await expect(work).rejects.toBe(refused);
    expect(await db.query('SELECT id FROM things')).toEqual([]);
  });

  test('a statement that fails inside a transaction takes the whole of it back', async () => {
    const work = db.transaction(async (tx) => {
      await tx.query('INSERT INTO things (id) VALUES ($1)', [2]);
      await tx.query('INSERT INTO things (id) VALUES ($1)', [2]);
    });
    await expect(work).rejects.toMatchObject({ code: '23505', constraint: 'things_pkey' });
    expect(await db.query('SELECT id FROM things')).toEqual([]);
  });

  test('transactions at the same time do not mix', async () => {
    await db.query('INSERT INTO things (id, amount) VALUES (10, 0)');
    const add = () =>
      db.transaction(async (tx) => {
        const [row] = await tx.query<{ amount: string }>(
          'SELECT amount FROM things WHERE id = $1 FOR UPDATE',
          [10],
        );
        await tx.query('UPDATE things SET amount = $2 WHERE id = $1', [10, Number(row!.amount) + 1]);
      });
    await Promise.all(Array.from({ length: 50 }, add));
    expect(await db.query('SELECT amount::int FROM things WHERE id = 10')).toEqual([{ amount: 50 }]);
  });

  test('reports how long each statement took', async () => {
    seconds.length = 0;
    await db.query('SELECT 1');
    await db.query('SELECT nothing').catch(() => {});
    expect(seconds).toHaveLength(2);
    expect(seconds.every((took) => took > 0 && took < 10)).toBe(true);
  });
});

test('a Postgres that is not there is UNAVAILABLE', async () => {
  const pool = createPostgresPool({
    connection: createPostgresConnection('postgres://nobody@127.0.0.1:1/none'),
    session: SESSION,
    log: silentLog,
  });
  const db = createDatabase({ kind: 'postgres', pool });
  await expect(db.query('SELECT 1')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await expect(db.transaction(async () => {})).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await db.close();
});

test('connections that Postgres ends while idle are replaced, and no caller notices', async () => {
  const { url, close } = await createTestDatabase('postgres');
  const pool = createPostgresPool({
    connection: createPostgresConnection(url),
    session: SESSION,
    log: silentLog,
  });
  const db = createDatabase({ kind: 'postgres', pool });
  const connected = Array.from({ length: 4 }, () => db.query('SELECT pg_backend_pid() AS pid'));
  await Promise.all(connected);
  const lost = new Promise((resolve) => pool.once('error', resolve));
  await db.query(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  );
  await lost;
  const answers = await Promise.allSettled(
    Array.from({ length: 8 }, () => db.query<{ one: number }>('SELECT 1 AS one')),
  );
  // Those that were given a connection before its end was noticed may ask again.
  for (const answer of answers.filter((each) => each.status === 'rejected'))
    expect(answer.reason).toMatchObject({ code: 'UNAVAILABLE' });
  expect(await db.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  await db.close();
  await close();
});

test('a Postgres that accepts and never speaks is UNAVAILABLE', async () => {
  const silent = net.createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as net.AddressInfo;
  const pool = createPostgresPool({
    connection: createPostgresConnection(`postgres://nobody@127.0.0.1:${port}/none`),
    session: SESSION,
    log: silentLog,
  });
  const db = createDatabase({ kind: 'postgres', pool });
  await expect(db.query('SELECT 1')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await db.close();
  silent.close();
});

test('while Postgres is hung everybody is refused, and without waiting once it is known', async () => {
  const { url, db: own, close } = await createTestDatabase('postgres');
  const proxy = await startTcpProxy(Number(new URL(url).port));
  const db = await openDatabase({
    databaseUrl: url.replace(/:\d+\//, `:${proxy.port}/`),
    log: silentLog,
  });
  const refused = (work: Promise<unknown>): Promise<unknown> =>
    expect(work).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  const one = () => db.query('SELECT 1 AS one');
  await one();
  proxy.swallow();
  const inTransaction = () => db.transaction((tx) => tx.query('SELECT 1'));
  await Promise.all([refused(one()), ...Array.from({ length: 20 }, () => refused(inTransaction()))]);
  // Nothing is sent any more: the refusal is there before the next turn of the event loop.
  const nextTurn = new Promise((resolve) => setImmediate(() => resolve('waits')));
  expect(await Promise.race([one().catch(({ code }: { code: string }) => code), nextTurn])).toBe(
    'UNAVAILABLE',
  );
  proxy.heal();
  await until(() => one().then(Boolean, () => false), 'it is back');
  expect(await Promise.all(Array.from({ length: 20 }, one))).toHaveLength(20);
  await db.close();
  await proxy.close();
  expect(await own.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  await close();
});

test('a statement that takes its time is waited for, because Postgres still answers', async () => {
  const { db, close } = await createTestDatabase('postgres');
  expect(await db.query('SELECT 1 AS one FROM pg_sleep(1.6)')).toEqual([{ one: 1 }]);
  await close();
});

test('a connection lost inside a transaction is UNAVAILABLE, and the next one works', async () => {
  const { db, close } = await createTestDatabase('postgres');
  await db.query('CREATE TABLE things (id bigint PRIMARY KEY)');
  const work = db.transaction(async (tx) => {
    await tx.query('INSERT INTO things (id) VALUES (1)');
    const [row] = await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    await db.query('SELECT pg_terminate_backend($1)', [row!.pid]);
    await tx.query('INSERT INTO things (id) VALUES (2)');
  });
  await expect(work).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: expect.any(Number) });
  expect(await db.query('SELECT id FROM things')).toEqual([]);
  await close();
});

test('a statement that Postgres cuts off is UNAVAILABLE, because its outcome is unknown', async () => {
  const { db, close } = await createTestDatabase('postgres');
  const cut = db.transaction(async (tx) => {
    const [row] = await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    await Promise.all([
      tx.query('SELECT pg_sleep(30)'),
      db.query('SELECT pg_terminate_backend($1)', [row!.pid]),
    ]);
  });
  await expect(cut).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(await db.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  await close();
});
