import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestDatabase, KINDS, type TestDatabase } from '../../../../rig/database/database.ts';
import { createSignalQuoteLog } from '../../../../src/adapters/stores/signals/quotes.ts';
import { createSignalLog } from '../../../../src/adapters/stores/signals/signals.ts';
import { signalSchema } from '../../../../src/protocol/signals.ts';

describe.each(KINDS)('signals in the %s database', (kind) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase(kind);
  });
  afterAll(() => database.close());

  test('are measured from the arrival of their request, also by whoever reads them later', async () => {
    const { db } = database;
    const [log, quoteLog] = [createSignalLog(db), createSignalQuoteLog(db, 'test')];
    const now = Date.now();
    const receivedAt = now - 1_234;
    const [timestamp, source] = [new Date(now).toISOString(), 'momentum'];
    const body = signalSchema.parse({
      ...{ id: '1', symbol: 'AAPL', action: 'buy', premium: false, source, timestamp },
    });
    const { appended } = await log.append([{ body, digest: 'd', receivedAt }], now);
    expect(appended[0]?.records).toMatchObject([{ seq: 1, receivedAt }]);
    expect(await log.readAfter('free', 0, 10)).toMatchObject([{ seq: 1, receivedAt }]);
    expect(await quoteLog.due(now - 60_000, now)).toMatchObject([{ moment: 'accepted', at: receivedAt }]);
    // As an earlier release wrote it.
    await db.query('UPDATE signals SET received_at = NULL', []);
    const [{ accepted_at }] = (await db.query<{ accepted_at: Date }>(
      'SELECT accepted_at FROM signals',
      [],
    )) as [{ accepted_at: Date }];
    expect(await log.readAfter('free', 0, 10)).toMatchObject([{ receivedAt: accepted_at.getTime() }]);
    expect(await quoteLog.due(now - 60_000, now)).toMatchObject([{ at: accepted_at.getTime() }]);
  });

  test('go on in another epoch once theirs has ended, which only the first call for it does', async () => {
    const log = createSignalLog(database.db);
    const before = await log.head('free');
    const premium = await log.head('premium');
    await log.endEpoch('free', before.epoch);
    const after = await log.head('free');
    expect(after).toEqual({ ...before, epoch: expect.any(String) });
    expect(after.epoch).not.toBe(before.epoch);
    await log.endEpoch('free', before.epoch);
    expect([await log.head('free'), await log.head('premium')]).toEqual([after, premium]);
  });

  test('of a track record name what is an edit, whichever number the first revision had', async () => {
    const { db } = database;
    const [log, quoteLog] = [createSignalLog(db), createSignalQuoteLog(db, 'test')];
    const now = Date.now();
    const sent = [
      ['a', 1, 'AAPL'],
      ['a', 2, 'MSFT'],
      ['b', 7, 'AAPL'],
      ['b', 8, 'AAPL'],
    ].map(([id, revision, symbol]) => {
      const [timestamp, source] = [new Date(now).toISOString(), 'edited'];
      const terms = { symbol, action: 'buy', premium: false };
      const body = signalSchema.parse({ id, revision, ...terms, source, timestamp });
      return { body, digest: `${id} ${revision}`, receivedAt: now };
    });
    await log.append(sent, now);
    const query = { streams: ['free' as const], since: now - 60_000, limit: 10, source: 'edited' };
    const quoted = await quoteLog.quoted(query);
    expect(quoted.map(({ id, isEdit }) => [id, isEdit])).toEqual([
      ['a', false],
      ['a', true],
      ['b', false],
      ['b', true],
    ]);
    expect(await quoteLog.sources(['free'])).toContain('edited');
    // Quotes are recorded for the symbol that was published.
    const due = await quoteLog.due(now - 60_000, now);
    expect(due.slice(-2).map(({ symbol }) => symbol)).toEqual(['AAPL', 'AAPL']);
  });

  test('ask for no quote of an edit, but for one at its expiry', async () => {
    const { db } = database;
    const [log, quoteLog] = [createSignalLog(db), createSignalQuoteLog(db, 'test')];
    const now = Date.now();
    const expiresAt = new Date(now + 5_000).toISOString();
    const sent = [1, 2].map((revision) => {
      const terms = { symbol: 'NVDA', action: 'buy', premium: false, source: 'renewed' };
      const times = { timestamp: new Date(now).toISOString(), ...(revision === 2 && { expiresAt }) };
      return { body: signalSchema.parse({ id: 'c', revision, ...terms, ...times }), digest: `c ${revision}` };
    });
    await log.append(
      sent.map((one) => ({ ...one, receivedAt: now })),
      now,
    );
    const due = await quoteLog.due(now - 60_000, now + 60_000);
    expect(due.filter(({ symbol }) => symbol === 'NVDA').map(({ moment }) => moment)).toEqual([
      'accepted',
      'expired',
    ]);
  });

  test('that are lost, or have given their number to another signal, get no quote; others beside them do', async () => {
    const { db } = database;
    const [log, quoteLog] = [createSignalLog(db), createSignalQuoteLog(db, 'test')];
    const now = Date.now();
    const timestamp = new Date(now).toISOString();
    const terms = { symbol: 'META', action: 'buy', premium: true, source: 'lost', timestamp };
    const body = signalSchema.parse({ id: 'd', ...terms });
    const { appended } = await log.append([{ body, digest: 'd', receivedAt: now }], now);
    const seq = appended[0]!.records[0]!.seq;
    const quoteOf = (at: number, of: number, quotedAt = now + 1) =>
      ({ stream: 'premium', seq: of, moment: 'accepted', at, bid: 9, ask: 11, quotedAt }) as const;
    await quoteLog.record([quoteOf(now - 1_000, seq), quoteOf(now, seq + 1)]);
    const query = { streams: ['premium' as const], since: now - 60_000, limit: 10, source: 'lost' };
    expect((await quoteLog.quoted(query)).map(({ accepted }) => accepted)).toEqual([null]);
    // The next quote counts, whatever comes with it.
    const later = { ...quoteOf(now, seq, now + 2), bid: 19, ask: 21 };
    await quoteLog.record([later, quoteOf(now, seq + 1), quoteOf(now, seq), later]);
    expect((await quoteLog.quoted(query)).map(({ accepted }) => accepted)).toEqual([{ bid: 9, ask: 11 }]);
  });
});
