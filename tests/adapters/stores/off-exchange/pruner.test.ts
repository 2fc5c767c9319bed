import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestDatabase, KINDS, type TestDatabase } from '../../../../rig/database/database.ts';
import { silentLog } from '../../../../rig/log.ts';
import { until } from '../../../../rig/wait.ts';
import type { Database } from '../../../../src/adapters/sql/database.ts';
import { createSumsPruner } from '../../../../src/adapters/stores/off-exchange/pruner.ts';
import { createSumsStore } from '../../../../src/adapters/stores/off-exchange/sums.ts';
import type { DayChanges } from '../../../../src/domain/off-exchange/changes.ts';
import { NO_REST } from '../../../../src/domain/off-exchange/commit-most.ts';
import { createManualClock } from '../../../support/manual-clock.ts';

const DAY_MS = 86_400_000;
const KEEP_DAYS = 30;
const TABLES = ['symbols', 'minutes', 'gaps', 'follows', 'whole_market'];

describe.each(KINDS)('days of off-exchange sums on the %s database', (kind) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase(kind);
    await database.db.query("UPDATE leases SET fencing = 1 WHERE name = 'engine'");
  });
  afterAll(() => database.close());

  /** One symbol with one print. */
  const changesOf = (day: string, symbol: string): DayChanges[] => {
    const noon = Date.parse(`${day}T16:00:00Z`);
    const minute = { start: noon, bullish: 1n, bearish: 0n, unknown: 0n, prints: 1 };
    const late = { prints: 0, notional: 0n };
    const sums = {
      symbol,
      totals: minute,
      minutes: [minute],
      largest: [],
      late,
      sequence: 1,
      updatedAt: noon,
    };
    return [{ day, isAnew: false, symbols: [sums] }];
  };
  /** A day of one symbol with a minute and a gap, written so many days ago. */
  async function keep(source: string, day: string, symbol: string, daysAgo: number): Promise<void> {
    await createSumsStore(database.db, source).commit(1, {
      part: 1,
      summed: '*',
      ...NO_REST,
      changes: changesOf(day, symbol),
      gaps: [
        { day, from: Date.now() - daysAgo * DAY_MS - 1_000, to: Date.now() - daysAgo * DAY_MS, filled: [] },
      ],
      follows: [{ day, symbol, since: Date.now() - daysAgo * DAY_MS }],
      wholeMarket: { day, since: Date.now() - daysAgo * DAY_MS, until: null },
    });
    await database.db.query(
      `UPDATE off_exchange_symbols SET written_at = now() - make_interval(days => $1)
       WHERE source = $2 AND day = $3 AND symbol = $4`,
      [daysAgo, source, day, symbol],
    );
  }
  const left = async (table: string): Promise<string[]> => {
    const rows = await database.db.query<{ name: string }>(
      `SELECT DISTINCT source || ' ' || day AS name FROM off_exchange_${table} ORDER BY name`,
    );
    return rows.map(({ name }) => name);
  };
  const allLeft = async () =>
    Object.fromEntries(await Promise.all(TABLES.map(async (table) => [table, await left(table)])));

  test('go as a whole once nothing was written to them for so long, with all that is said of them', async () => {
    await keep('massive', '2026-05-01', 'AAPL', KEEP_DAYS + 1);
    await keep('massive', '2026-05-02', 'AAPL', KEEP_DAYS + 1);
    // Its last print came later: the whole day stays.
    await keep('massive', '2026-05-02', 'SPY', KEEP_DAYS - 1);
    // A recorded day of long ago that was played today.
    await keep('replay', '2013-10-07', 'IBM', 0);
    const clock = createManualClock(Date.now());
    const pruner = createSumsPruner({ db: database.db, clock, log: silentLog, maxAgeMs: KEEP_DAYS * DAY_MS });
    pruner.start();
    await pruner.stop();
    const kept = ['massive 2026-05-02', 'replay 2013-10-07'];
    expect(await allLeft()).toEqual(Object.fromEntries(TABLES.map((table) => [table, kept])));
  });

  test('that are played again while they are removed stay', async () => {
    await keep('replay', '2013-10-08', 'IBM', KEEP_DAYS + 1);
    const store = createSumsStore(database.db, 'replay');
    const day = '2013-10-08';
    let played = 0;
    const db: Database = {
      ...database.db,
      async query<Row>(sql: string, params?: readonly unknown[]) {
        const rows = await database.db.query<Row>(sql, params);
        // The engine begins between the look and the removal.
        if (sql.includes('HAVING')) {
          const [change] = changesOf(day, 'IBM');
          const changes = [{ day, isAnew: true, symbols: [] }, change!];
          await store.commit(1, { part: 2, summed: '*', changes, ...NO_REST });
          played += 1;
        }
        return rows;
      },
    };
    const clock = createManualClock(Date.now());
    const pruner = createSumsPruner({ db, clock, log: silentLog, maxAgeMs: KEEP_DAYS * DAY_MS });
    pruner.start();
    await pruner.stop();
    expect(played).toBe(1);
    expect((await store.symbolDay('IBM', day)).minutes).toHaveLength(1);
    expect(await left('symbols')).toContain(`replay ${day}`);
    // No later test counts on it.
    for (const table of TABLES)
      await database.db.query(`DELETE FROM off_exchange_${table} WHERE day = $1`, [day]);
  });

  test('keep the gaps and follows of their morning for as long as anything of them is kept', async () => {
    await keep('morning', '2026-05-04', 'AAPL', KEEP_DAYS + 1);
    await keep('morning', '2026-05-04', 'SPY', KEEP_DAYS - 1);
    const countOf = async (table: string): Promise<number> =>
      (await database.db.query(`SELECT 1 FROM off_exchange_${table} WHERE source = 'morning'`)).length;
    const pruneAt = async (time: number): Promise<void> => {
      const clock = createManualClock(time);
      const pruner = createSumsPruner({
        db: database.db,
        clock,
        log: silentLog,
        maxAgeMs: KEEP_DAYS * DAY_MS,
      });
      pruner.start();
      await pruner.stop();
    };
    await pruneAt(Date.now());
    expect([await countOf('gaps'), await countOf('follows'), await countOf('symbols')]).toEqual([2, 2, 2]);
    // A stopped pruner removes one day: others are that old by then.
    for (let day = 0; (await countOf('symbols')) > 0 && day < 5; day++)
      await pruneAt(Date.now() + 2 * DAY_MS);
    expect([await countOf('gaps'), await countOf('follows'), await countOf('symbols')]).toEqual([0, 0, 0]);
  });

  test('without sums go once their last gap and follow are so old', async () => {
    const gap = (day: string, daysAgo: number) =>
      database.db.query(
        `INSERT INTO off_exchange_gaps (source, day, began_at, ended_at)
         SELECT 'empty', $1, at - interval '1 second', at FROM (SELECT now() - make_interval(days => $2) AS at) AS t`,
        [day, daysAgo],
      );
    await gap('2026-05-05', KEEP_DAYS + 2);
    await gap('2026-05-06', KEEP_DAYS + 2);
    await gap('2026-05-06', KEEP_DAYS - 2);
    const clock = createManualClock(Date.now());
    const pruner = createSumsPruner({ db: database.db, clock, log: silentLog, maxAgeMs: KEEP_DAYS * DAY_MS });
    pruner.start();
    await pruner.stop();
    const gaps = await database.db.query<{ day: string }>(
      "SELECT day::text AS day FROM off_exchange_gaps WHERE source = 'empty'",
    );
    expect(gaps).toEqual([{ day: '2026-05-06' }, { day: '2026-05-06' }]);
  });

  test('of the whole market go a hundred symbols at a time', async () => {
    await database.db.query(
      `INSERT INTO off_exchange_symbols (source, day, symbol, late_prints, late_notional, sequence, updated_at, written_at)
       SELECT 'market', '2026-05-03', 'S' || symbol, 0, 0, 1, now(), now() - interval '40 days'
       FROM generate_series(1, 250) AS symbol`,
    );
    await database.db.query(
      `INSERT INTO off_exchange_minutes (source, day, symbol, minute, part, bullish, bearish, unknown, prints)
       SELECT 'market', '2026-05-03', 'S' || symbol, now() + minute * interval '1 minute', 1, 1, 0, 0, 1
       FROM generate_series(1, 250) AS symbol, generate_series(1, 4) AS minute`,
    );
    const removed: number[] = [];
    const db: Database = {
      ...database.db,
      async query<Row>(sql: string, params?: readonly unknown[]) {
        const rows = await database.db.query<Row>(sql, params);
        if (sql.includes('DELETE FROM off_exchange_symbols')) removed.push(rows.length);
        return rows;
      },
    };
    const clock = createManualClock(Date.now());
    const pruner = createSumsPruner({ db, clock, log: silentLog, maxAgeMs: KEEP_DAYS * DAY_MS });
    pruner.start();
    await until(() => removed.at(-1) === 50, 'the last symbols are removed');
    await pruner.stop();
    expect(removed).toEqual([100, 100, 50]);
    expect(await left('minutes')).not.toContain('market 2026-05-03');
  });

  test('are looked at every hour', async () => {
    const clock = createManualClock(Date.now());
    const pruner = createSumsPruner({ db: database.db, clock, log: silentLog, maxAgeMs: KEEP_DAYS * DAY_MS });
    pruner.start();
    clock.advance(2 * DAY_MS);
    await pruner.stop();
    expect(await left('symbols')).toEqual(['replay 2013-10-07']);
    expect(clock.pending()).toBe(0);
  });
});
