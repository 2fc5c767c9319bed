import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestDatabase, KINDS, type TestDatabase } from '../../../../rig/database/database.ts';
import type { Database, Queryable } from '../../../../src/adapters/sql/database.ts';
import { createSumsStore, PAGE } from '../../../../src/adapters/stores/off-exchange/sums.ts';
import { NO_REST } from '../../../../src/domain/off-exchange/commit-most.ts';
import type { SumsStore } from '../../../../src/domain/off-exchange/sums-store.ts';
import type { SymbolChange } from '../../../../src/domain/off-exchange/symbol-sums.ts';

const DAY = '2026-06-15';
const FIRST_MINUTE = Date.parse(`${DAY}T13:30:00Z`);
const SYMBOLS = { postgres: 3_000, embedded: 600 };
const MINUTES = 100;
const SOURCE = 'market';
const CENT = 10n ** 10n;

/** The same database, and how many rows each statement has returned. */
function counting(db: Database) {
  const counts: number[] = [];
  const counted = (to: Queryable): Queryable => ({
    async query<Row>(sql: string, params?: readonly unknown[]) {
      const rows = await to.query<Row>(sql, params);
      counts.push(rows.length);
      return rows;
    },
  });
  const watched: Database = {
    ...db,
    ...counted(db),
    transaction: (work) => db.transaction((tx) => work(counted(tx))),
  };
  return { watched, counts };
}

/** Of every symbol a print of a cent in each minute, and the largest one. */
async function fill(db: Database, symbols: number): Promise<void> {
  await db.query(
    `INSERT INTO off_exchange_minutes (source, day, symbol, minute, bullish, bearish, unknown, prints)
     SELECT $1::text, $2::date, 'S' || symbol, $3::timestamptz + minute * interval '1 minute', 0.01, 0, 0, 1
     FROM generate_series(1, $4::int) AS symbol, generate_series(0, $5::int - 1) AS minute`,
    [SOURCE, DAY, new Date(FIRST_MINUTE), symbols, MINUTES],
  );
  const largest = {
    time: FIRST_MINUTE,
    price: 1,
    size: 1,
    notional: '0.01',
    side: 'bullish',
    trf: 201,
    tradeId: '1',
  };
  await db.query(
    `INSERT INTO off_exchange_symbols (source, day, symbol, bullish, prints, late_prints, late_notional, largest,
       sequence, updated_at)
     SELECT $1::text, $2::date, 'S' || symbol, 0.01 * $4::int, $4::int, 0, 0, $5::json, symbol, now()
     FROM generate_series(1, $3::int) AS symbol`,
    [SOURCE, DAY, symbols, MINUTES, JSON.stringify([largest])],
  );
}

describe.each(KINDS)('a day of the whole market on the %s database', (kind) => {
  const symbols = SYMBOLS[kind];
  let database: TestDatabase;
  let store: SumsStore;
  beforeAll(async () => {
    database = await createTestDatabase(kind);
    store = createSumsStore(database.db, SOURCE);
    await database.db.query("UPDATE leases SET fencing = 7 WHERE name = 'engine'");
    await fill(database.db, symbols);
  });
  afterAll(() => database.close());

  test('is gone on from by a row per symbol, a page at a time, however many minutes it has', async () => {
    const { watched, counts } = counting(database.db);
    const { newest } = await createSumsStore(watched, SOURCE).load(7);
    expect(newest?.symbols).toHaveLength(symbols);
    expect(newest?.symbols.find(({ symbol }) => symbol === 'S42')).toMatchObject({
      totals: { bullish: BigInt(MINUTES) * CENT, prints: MINUTES },
      sequence: 42,
      largest: [{ symbol: 'S42', notional: CENT }],
    });
    expect(Math.max(...counts)).toBeLessThanOrEqual(PAGE);
    // A check of the lease with each page, and the day.
    expect(counts.reduce((a, b) => a + b)).toBeLessThan(symbols + symbols / PAGE + 10);
  });

  test('is not gone on from once another engine is there, also in the middle', async () => {
    let pages = 0;
    const overtaken: Database = {
      ...database.db,
      async transaction(work) {
        pages += 1;
        if (pages === 2) await database.db.query("UPDATE leases SET fencing = 8 WHERE name = 'engine'");
        return database.db.transaction(work);
      },
    };
    await expect(createSumsStore(overtaken, SOURCE).load(7)).rejects.toThrow('another replica is the engine');
    expect(pages).toBe(2);
  });

  /** What the engine of lease 8 counted of a symbol since it has gone on. */
  async function count(symbol: string, counted: { readonly bearish: bigint; readonly prints: number }) {
    const stored = (await store.load(8)).newest!.symbols.find((one) => one.symbol === symbol)!;
    const sums = { bullish: 0n, unknown: 0n, ...counted };
    const change: SymbolChange = {
      ...stored,
      totals: {
        ...stored.totals,
        bearish: stored.totals.bearish + counted.bearish,
        prints: stored.totals.prints + counted.prints,
      },
      minutes: [{ start: FIRST_MINUTE, ...sums }],
      largest: null,
    };
    const commit = {
      part: 8,
      summed: '*' as const,
      changes: [{ day: DAY, isAnew: false, symbols: [change] }],
      ...NO_REST,
    };
    // Of a write that failed nobody knows whether it was committed: it is written again.
    for (let write = 0; write < 2; write++) await store.commit(8, commit);
  }

  test('has in a minute that two engines counted what both did, and its totals are those of its minutes', async () => {
    await count('S42', { bearish: 5n * CENT, prints: 2 });
    const { minutes, largest } = await store.symbolDay('S42', DAY);
    expect(minutes).toHaveLength(MINUTES);
    expect(minutes[0]).toEqual({
      start: FIRST_MINUTE,
      bullish: CENT,
      bearish: 5n * CENT,
      unknown: 0n,
      prints: 3,
    });
    // Those that did not change stay.
    expect(largest).toMatchObject([{ notional: CENT }]);
    const { newest } = await store.load(8);
    const { totals } = newest!.symbols.find(({ symbol }) => symbol === 'S42')!;
    for (const side of ['bullish', 'bearish', 'unknown'] as const)
      expect(totals[side]).toBe(minutes.reduce((sum, minute) => sum + minute[side], 0n));
    expect(totals.prints).toBe(minutes.reduce((sum, { prints }) => sum + prints, 0));
  });
});
