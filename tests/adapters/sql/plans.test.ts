import { beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { seedCrowd } from '../../../rig/database/crowd.ts';
import { createTestDatabase, KINDS, type Kind } from '../../../rig/database/database.ts';
import { type Measured, measuring, type Reading } from '../../../rig/database/measured.ts';
import { sessionStatements } from '../../../src/adapters/postgres/session.ts';
import type { Database, Queryable } from '../../../src/adapters/sql/database.ts';
import { createPlanAge, FORGET_PLANS, MAX_PLAN_AGE_MS } from '../../../src/adapters/sql/plan-age.ts';
import { rowTypes } from '../../../src/adapters/sql/types.ts';
import { exercise } from '../../support/exercise.ts';

/** A look through an index and at its row is four blocks of a small tree and six of a large one, for each table that is met. */
const BLOCKS_A_STATEMENT = 60;
const BLOCKS_A_ROW = 25;
const SYMBOLS = Array.from(
  { length: 50 },
  (_, n) => `C${String.fromCharCode(65 + (n % 26))}${n < 26 ? 'A' : 'B'}`,
);

/** One connection with the session's own settings, and plans that know nothing of the parameters. */
async function open(kind: Kind): Promise<{ on: Queryable & Pick<Database, 'kind'>; close(): Promise<void> }> {
  const FORCE = 'SET plan_cache_mode = force_generic_plan';
  if (kind === 'embedded') {
    const { db, close } = await createTestDatabase('embedded');
    await db.query(FORCE);
    return { on: db, close };
  }
  const { url, close } = await createTestDatabase('postgres');
  const client = new pg.Client({ connectionString: url, types: rowTypes });
  await client.connect();
  await client.query(sessionStatements({ searchPath: [], losesCommits: false }, 'SESSION'));
  await client.query(FORCE);
  return {
    on: { kind, query: async (sql, params) => (await client.query(sql, params as unknown[])).rows },
    async close() {
      await client.end();
      await close();
    },
  };
}

/** No statistics are made but those that the test asks for. */
async function withoutAutovacuum(on: Queryable): Promise<void> {
  const tables = await on.query<{ name: string }>(
    "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = 'public'",
  );
  for (const { name } of tables) await on.query(`ALTER TABLE ${name} SET (autovacuum_enabled = false)`);
}

test('a connection makes its plans anew each time it has run twice as many statements, and each minute', () => {
  let now = 0;
  const plans = createPlanAge(() => now);
  const connection = {};
  const run = (count: number): number[] => {
    const over: number[] = [];
    for (let n = 1; n <= count; n++) {
      if (plans.isOver(connection)) over.push(n);
      plans.note(connection);
    }
    return over;
  };
  expect(run(1_000)).toEqual([101, 201, 401, 801]);
  now += MAX_PLAN_AGE_MS;
  expect(run(1_000)).toEqual([1]);
  expect(plans.isOver({})).toBe(false);
});

test('a database forgets the plans of a connection that has grown old, and answers as before', async () => {
  let statements = 0;
  const { db, close } = await createTestDatabase('embedded', { onQuery: () => (statements += 1) });
  statements = 0;
  for (let n = 0; n < 150; n++) expect(await db.query('SELECT $1::int AS n', [n])).toEqual([{ n }]);
  expect(statements).toBe(151);
  await close();
});

describe.each(KINDS)('plans on tables that were analysed while they were empty, on %s', (kind) => {
  let readings: readonly Reading[];

  beforeAll(async () => {
    const learnt = await open(kind);
    const first = measuring(learnt.on);
    await exercise(first.db);
    await learnt.close();

    const { on, close } = await open(kind);
    await withoutAutovacuum(on);
    await on.query('ANALYZE');
    const measured: Measured = measuring(on);
    await measured.prepare(first.texts());
    await seedCrowd(on, {
      ...{ users: 500, open: 6_000, done: 6_000, journal: 20_000, hookEvents: 6_000, sessions: 6_000 },
      signals: 6_000,
      symbols: SYMBOLS,
    });
    await on.query(FORGET_PLANS);
    measured.measure();
    await exercise(measured.db);
    readings = measured.readings;
    await close();
  });

  test('each statement reads what it was asked for, and not what lies there', () => {
    const dear = readings
      .filter(({ blocks, rows }) => blocks > BLOCKS_A_STATEMENT + BLOCKS_A_ROW * rows)
      .map(({ sql, blocks, rows }) => ({ sql: sql.slice(0, 120), blocks, rows }));
    expect(dear).toEqual([]);
    expect(new Set(readings.map(({ sql }) => sql)).size).toBeGreaterThan(95);
  });
});
