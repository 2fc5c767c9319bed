import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { createTestDatabase, KINDS, type TestDatabase } from '../../../../rig/database/database.ts';
import type { Database } from '../../../../src/adapters/sql/database.ts';
import { createDeliveryLog } from '../../../../src/adapters/stores/signals/deliveries.ts';
import { createSignalQuoteLog } from '../../../../src/adapters/stores/signals/quotes.ts';
import { createSignalLog } from '../../../../src/adapters/stores/signals/signals.ts';
import type { SignalQuery } from '../../../../src/domain/signals/signal-log.ts';
import type { SignalPayload, SignalStream } from '../../../../src/protocol/signals.ts';

/** Premium rows after each free one, and free ones: what a walk through all of them would read shows at once. */
const FREE = 40;
const PREMIUM_EACH = 250;
const SOURCES = ['momentum', 'carry'];
/** What an index of some thousand rows has more than one of forty, over the few ways that a statement goes down. */
const LEVELS = 8;
const SYMBOLS = ['AAPL', 'MSFT'];
const STREAMS: readonly SignalStream[] = ['free'];
const BEGIN = Date.parse('2026-03-02T15:00:00Z');

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
  readonly Plans?: readonly PlanNode[];
}

/** What the statements of one question have read: rows of tables, and blocks of them and of indexes. */
interface Reading {
  readonly rows: number;
  readonly removed: number;
  readonly blocks: number;
}

const nodesOf = (node: PlanNode): readonly PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function readingOf(plans: readonly PlanNode[]): Reading {
  const scans = plans.flatMap(nodesOf).filter((node) => node['Relation Name'] !== undefined);
  const removedBy = (node: PlanNode): number =>
    (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0);
  return {
    rows: sum(scans.map((node) => node['Actual Rows'] * node['Actual Loops'])),
    removed: sum(scans.map((node) => removedBy(node) * node['Actual Loops'])),
    blocks: sum(plans.map((node) => node['Shared Hit Blocks'] + node['Shared Read Blocks'])),
  };
}

const literal = (value: unknown): string =>
  value instanceof Date
    ? pg.escapeLiteral(value.toISOString())
    : Array.isArray(value)
      ? pg.escapeLiteral(`{${value.join(',')}}`)
      : pg.escapeLiteral(String(value));

/** Runs each statement, and keeps its plan: one made for its values, or the one that a connection keeps for all values. */
function observe(db: Database, mode: 'force_custom_plan' | 'force_generic_plan') {
  const plans: PlanNode[] = [];
  const observed: Database = {
    ...db,
    async query<Row>(sql: string, params: readonly unknown[] = []): Promise<Row[]> {
      await db.transaction(async (tx) => {
        await tx.query(`SET LOCAL plan_cache_mode = ${mode}`);
        await tx.query(`PREPARE observed AS ${sql}`);
        const values = params.length === 0 ? '' : `(${params.map(literal).join(', ')})`;
        const explain = `EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) EXECUTE observed${values}`;
        const [row] = await tx.query<{ 'QUERY PLAN': readonly [{ Plan: PlanNode }] }>(explain);
        await tx.query('DEALLOCATE observed');
        plans.push(row!['QUERY PLAN'][0].Plan);
      });
      return db.query<Row>(sql, params);
    },
  };
  return { observed, plans };
}

/** Everything that a reader's questions read of the signals, by what is asked. */
function questions(db: Database): Readonly<Record<string, () => Promise<unknown>>> {
  const [log, deliveryLog, quoteLog] = [
    createSignalLog(db),
    createDeliveryLog(db),
    createSignalQuoteLog(db, 'test'),
  ];
  const page: SignalQuery = { streams: STREAMS, limit: 10 };
  const pages: Readonly<Record<string, Partial<SignalQuery>>> = {
    newest: {},
    'a whole page': { limit: 200 },
    'before a place': { before: { stream: 'free', seq: FREE / 2 } },
    'of a symbol': { symbol: 'AAPL' },
    'of a source': { source: 'momentum' },
    'of a symbol and a source': { symbol: 'AAPL', source: 'momentum', limit: 200 },
    'of a symbol before a place': { symbol: 'AAPL', before: { stream: 'free', seq: FREE / 2 } },
    'of a source before a place': { source: 'momentum', before: { stream: 'free', seq: FREE / 2 } },
    'of a symbol that is premium only': { symbol: 'NVDA' },
    'of a source that is premium only': { source: 'hidden' },
  };
  const record = { streams: STREAMS, since: BEGIN - 86_400_000, limit: 2_000 };
  return {
    ...Object.fromEntries(
      Object.entries(pages).flatMap(([name, some]) => [
        [`signals ${name}`, () => log.list({ ...page, ...some })],
        [`deliveries ${name}`, () => deliveryLog.list({ ...page, ...some })],
      ]),
    ),
    sources: () => quoteLog.sources(STREAMS),
    'record of a source': () => quoteLog.quoted({ ...record, source: 'momentum' }),
    'record of a source that is premium only': () => quoteLog.quoted({ ...record, source: 'hidden' }),
    head: () => log.head('free'),
    'records after a number': () => log.readAfter('free', 3, 100),
  };
}

async function readAll(db: Database) {
  const read = new Map<string, { readonly answer: unknown; readonly readings: readonly Reading[] }>();
  for (const name of Object.keys(questions(db))) {
    const readings: Reading[] = [];
    for (const mode of ['force_custom_plan', 'force_generic_plan'] as const) {
      const { observed, plans } = observe(db, mode);
      await questions(observed)[name]!();
      readings.push(readingOf(plans));
    }
    read.set(name, { answer: await questions(db)[name]!(), readings });
  }
  return read;
}

/** A number is a place in time, so that the rows of one stream lie between those of the other. */
async function insert(
  db: Database,
  stream: SignalStream,
  each: number,
  sources: string[],
  symbols: string[],
) {
  await db.query(
    `INSERT INTO signals (stream, seq, source, id, revision, digest, symbol, action, said_at, accepted_at, received_at,
       expires_at)
     SELECT $1, g, ($4::text[])[1 + g / 2 % cardinality($4::text[])], $1 || g, 1, 'digest',
       ($5::text[])[1 + g % cardinality($5::text[])], 'buy', at, at, at, at + interval '1 hour'
     FROM generate_series(1, $2::integer * $3::integer) g,
       LATERAL (SELECT $6::timestamptz + g * interval '1 minute' / $3::integer) t (at)`,
    [stream, FREE, each, sources, symbols, new Date(BEGIN)],
  );
  const some = 'FROM signals WHERE stream = $1 AND seq % $2 = 0';
  await db.query(
    `INSERT INTO signal_quotes SELECT stream, seq, moment, 9, 11, accepted_at ${some.replace(
      ' WHERE',
      ", unnest(ARRAY['accepted', 'expired']) AS moment WHERE",
    )}`,
    [stream, Math.ceil(each / 20)],
  );
  await db.query(`INSERT INTO signal_deliveries SELECT stream, seq, 'a', 1, 1, '[]', '{a}', true ${some}`, [
    stream,
    Math.ceil(each / 20),
  ]);
}

describe.each(KINDS)('signals in the %s database', (kind) => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createTestDatabase(kind);
  });
  afterEach(() => database.close());

  test('of a stream that is not open are not read for an answer, and nothing is read to pass them by', async () => {
    const { db } = database;
    await insert(db, 'free', 1, SOURCES, SYMBOLS);
    const without = await readAll(db);
    await insert(db, 'premium', PREMIUM_EACH, [...SOURCES, 'hidden'], [...SYMBOLS, 'NVDA']);
    const blind = await readAll(db);
    await db.query('ANALYZE signals, signal_quotes, signal_deliveries', []);
    const informed = await readAll(db);
    for (const [name, { answer, readings }] of without)
      for (const [state, read] of Object.entries({ blind, informed })) {
        const after = read.get(name)!;
        expect(after.answer).toEqual(answer);
        after.readings.forEach(({ rows, removed, blocks }, index) => {
          const before = readings[index]!;
          // Each row may lie in another block now, and a larger index has one more level.
          const most = before.blocks + before.rows + LEVELS;
          expect({ name, state, rows, removed, blocks: Math.max(blocks, most) }).toEqual({
            ...{ name, state, rows: before.rows, removed: before.removed, blocks: most },
          });
        });
      }
    // One of the two heads.
    expect(informed.get('head')?.readings.map(({ rows }) => rows)).toEqual([1, 1]);
    const [{ count }] = (await db.query<{ count: number }>('SELECT count(*) FROM signals', [])) as [
      { count: number },
    ];
    expect(count).toBe(FREE * (1 + PREMIUM_EACH));
  });

  test('follow page after page in one order, also those of both streams at the same microsecond', async () => {
    const { db } = database;
    await insert(db, 'free', 1, SOURCES, SYMBOLS);
    await insert(db, 'premium', 1, SOURCES, SYMBOLS);
    await db.query(
      `UPDATE signals SET accepted_at = $1::timestamptz + (seq / 4) * interval '1 microsecond'`,
      [new Date(BEGIN)],
    );
    const log = createSignalLog(db);
    const both: readonly SignalStream[] = ['free', 'premium'];
    for (const filter of [{}, { symbol: 'AAPL' }, { source: 'carry' }, { symbol: 'MSFT', source: 'carry' }]) {
      const all = await log.list({ streams: both, limit: 200, ...filter });
      const paged: SignalPayload[] = [];
      for (let page = all.slice(0, 1); page.length > 0; ) {
        paged.push(...page);
        const { stream, seq } = page[0]!;
        page = [...(await log.list({ streams: both, limit: 1, before: { stream, seq }, ...filter }))];
      }
      expect(paged).toEqual(all);
      const placeOf = ({ stream, seq }: SignalPayload) => [Math.floor(seq / 4), stream, seq] as const;
      const places = all.map(placeOf);
      expect(places).toEqual(
        places.toSorted((a, b) => b[0] - a[0] || (a[1] === b[1] ? 0 : a[1] < b[1] ? 1 : -1) || b[2] - a[2]),
      );
      expect(places.length).toBe((2 * FREE) / 2 ** Object.keys(filter).length);
    }
  });

  test('have no place before one of a stream that is not open, whether there is one or not', async () => {
    const { db } = database;
    await insert(db, 'premium', 1, SOURCES, SYMBOLS);
    const { observed, plans } = observe(db, 'force_custom_plan');
    for (const seq of [1, FREE + 1])
      for (const { list } of [createSignalLog(observed), createDeliveryLog(observed)])
        await expect(
          list({ streams: STREAMS, limit: 10, before: { stream: 'premium', seq } }),
        ).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(plans).toEqual([]);
  });
});
