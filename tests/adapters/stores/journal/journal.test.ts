import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createTestClock } from '../../../../rig/clock.ts';
import { seedCrowd } from '../../../../rig/database/crowd.ts';
import { createTestDatabase, KINDS, type TestDatabase } from '../../../../rig/database/database.ts';
import { silentLog } from '../../../../rig/log.ts';
import { replaceExternalPortfolio } from '../../../../src/adapters/stores/hooks/external-portfolio.ts';
import { createJournal } from '../../../../src/adapters/stores/journal/journal.ts';
import { createJournalPruner, type JournalPruning } from '../../../../src/adapters/stores/journal/pruner.ts';
import { createLedger } from '../../../../src/adapters/stores/trading/ledger.ts';
import type { Journal, JournalEvent } from '../../../../src/domain/journal/journal.ts';
import { appendEvents } from '../../../support/journal.ts';
import { createTestLease, createTrader, eventually } from '../../../support/trading.ts';

const NOBODY = '00000000-0000-4000-8000-000000000000';
const event = (error: string): JournalEvent => ({
  event: 'trade:failed',
  payload: {
    error,
    message: error,
    code: 'BROKER_REJECTED',
    signal: { symbol: 'AAPL', side: 'buy', quantity: 0.1 },
    timestamp: '2026-03-02T17:00:00.000Z',
    source: 'external',
  },
});

describe.each(KINDS)('the journal on %s', (kind) => {
  let database: TestDatabase;
  let journal: Journal;
  let user: string;
  const append = (userId: string, ...errors: string[]) =>
    database.db.transaction((tx) => appendEvents(tx, userId, errors.map(event)));
  const seqs = async (after = 0, limit = 1_000) =>
    (await journal.readAfter(user, after, limit)).map(({ seq }) => seq);

  beforeAll(async () => {
    database = await createTestDatabase(kind);
    journal = createJournal(database.db);
  });
  beforeEach(async () => {
    user = await createTrader(database.db);
  });
  afterAll(() => database.close());

  test('numbers the events of a user from one, and gives them back as they were', async () => {
    const first = await append(user, 'one', 'two — “ü”\n\u0000');
    const { epoch } = await journal.head(user);
    expect(first).toEqual({
      userId: user,
      epoch,
      records: [
        { seq: 1, ...event('one') },
        { seq: 2, ...event('two — “ü”\n\u0000') },
      ],
    });
    expect(await journal.readAfter(user, 0, 10)).toEqual(first.records);
    expect(await journal.readAfter(user, 1, 10)).toEqual(first.records.slice(1));
    expect(await journal.readAfter(user, 0, 1)).toEqual(first.records.slice(0, 1));
  });

  test('tells the sentence of a failure twice, also of one that was stored with one', async () => {
    await append(user, 'one');
    await database.db.query(
      `UPDATE journal SET payload = (payload::jsonb - 'message')::json WHERE user_id = $1`,
      [user],
    );
    expect(await journal.readAfter(user, 0, 10)).toEqual([{ seq: 1, ...event('one') }]);
  });

  test('has no hole and no repeat, however many write at once and roll back', async () => {
    const writers = Array.from({ length: 30 }, (_, index) =>
      database.db.transaction(async (tx) => {
        await appendEvents(tx, user, [event(`a${index}`), event(`b${index}`)]);
        if (index % 3 === 0) throw new Error('rolled back');
      }),
    );
    await Promise.allSettled(writers);
    expect(await seqs()).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
    expect(await journal.head(user)).toMatchObject({ seq: 40, floor: 0 });
  });

  test('of one user is not that of another, and each has an epoch of its own', async () => {
    const other = await createTrader(database.db);
    await append(other, 'x');
    expect(await seqs()).toEqual([]);
    const heads = await journal.heads([user, other, NOBODY]);
    expect([...heads.values()].map(({ seq }) => seq).sort()).toEqual([0, 1]);
    expect(heads.get(user)?.epoch).not.toBe(heads.get(other)?.epoch);
  });

  test('names with its head a version of the holdings, which is another after each change of them and only then', async () => {
    const { db } = database;
    const ledger = createLedger(db);
    const version = async (): Promise<string | undefined> =>
      (await journal.heads([user])).get(user)?.holdings;
    const seen = [await version()];
    expect(seen[0]).toBe((await ledger.holdings(user)).version);

    await append(user, 'a report of elsewhere');
    await db.transaction((tx) =>
      tx.query('SELECT FROM accounts WHERE user_id = $1 FOR NO KEY UPDATE', [user]),
    );
    expect(await version()).toBe(seen[0]);

    const report = (cash: number) =>
      db.transaction((tx) =>
        replaceExternalPortfolio(tx, user, {
          totalValue: cash,
          cash,
          equity: 0,
          positions: [],
          dayChange: 0,
          dayChangePercent: 0,
          timestamp: '2026-03-02T17:00:00.000Z',
          source: 'external',
        }),
      );
    const changes = [
      () => db.query('UPDATE accounts SET reserved = 5 WHERE user_id = $1', [user]),
      () => report(1),
      () => report(1),
      () => db.query('UPDATE accounts SET reserved = 0 WHERE user_id = $1', [user]),
    ];
    for (const change of changes) {
      await change();
      seen.push(await version());
      expect(seen.at(-1)).toBe((await ledger.holdings(user)).version);
    }
    expect(new Set(seen).size).toBe(1 + changes.length);
  });

  test('of nobody is an error', async () => {
    await expect(journal.head(NOBODY)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(append(NOBODY, 'x')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('forgets the oldest beyond its count and what is too old even below it, and says where it begins', async () => {
    const clock = createTestClock();
    const pruner = (maxEvents: number) =>
      createJournalPruner({
        db: database.db,
        lease: createTestLease(1),
        clock,
        log: silentLog,
        pruning: { maxAgeMs: 60_000, maxEvents },
      });
    await append(user, 'a', 'b', 'c', 'd', 'e');
    await pruner(3).prune();
    expect(await seqs()).toEqual([3, 4, 5]);
    expect(await journal.head(user)).toMatchObject({ seq: 5, floor: 2 });
    expect(await pruner(3).prune()).toBe(0);
    clock.advance(120_000);
    await pruner(3).prune();
    expect(await journal.head(user)).toMatchObject({ seq: 5, floor: 5 });
    expect((await append(user, 'f')).records[0]?.seq).toBe(6);
  });

  test('is kept small from the start of the pruner on', async () => {
    await append(user, 'a', 'b');
    const pruner = createJournalPruner({
      db: database.db,
      lease: createTestLease(1),
      clock: createTestClock(),
      log: silentLog,
      pruning: { maxAgeMs: 60_000, maxEvents: 1 },
    });
    pruner.start();
    await eventually(async () => expect(await seqs()).toEqual([2]));
    await pruner.stop();
  });

  test('is left alone by a replica that is not the engine, and pruned as soon as it is', async () => {
    await append(user, 'a', 'b');
    const clock = createTestClock();
    const lease = createTestLease(null);
    const pruner = createJournalPruner({
      ...{ db: database.db, lease, clock, log: silentLog },
      pruning: { maxAgeMs: 86_400_000, maxEvents: 1 },
    });
    pruner.start();
    clock.advance(3 * 3_600_000);
    await createJournal(database.db).head(user);
    expect(await seqs()).toEqual([1, 2]);
    lease.set(1);
    await eventually(async () => expect(await seqs()).toEqual([2]));
    await pruner.stop();
  });

  test('of many users and many more events than one piece is pruned to the last one', async () => {
    const own = await createTestDatabase(kind);
    try {
      await seedCrowd(own.db, { users: 30, open: 0, journal: 7_000, symbols: ['AAPL'] });
      const clock = createTestClock();
      const pruner = (pruning: JournalPruning) =>
        createJournalPruner({
          ...{ db: own.db, lease: createTestLease(1), clock, log: silentLog, pruning },
        });
      const left = async () =>
        (await own.db.query<{ left: number }>('SELECT count(*) AS left FROM journal', []))[0]!.left;
      expect(await pruner({ maxAgeMs: 1e12, maxEvents: 10 }).prune()).toBe(7_000 - 300);
      expect(await left()).toBe(300);
      clock.advance(2 * 86_400_000);
      expect(await pruner({ maxAgeMs: 60_000, maxEvents: 10 }).prune()).toBe(300);
      const crooked = 'SELECT user_id FROM journal_heads WHERE floor <> seq';
      expect([await left(), await own.db.query(crooked, [])]).toEqual([0, []]);
    } finally {
      await own.close();
    }
  });
});
