import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { freshName } from '../../../../rig/clients/http-client.ts';
import { createTestDatabase, KINDS, type TestDatabase } from '../../../../rig/database/database.ts';
import { createUsers } from '../../../../src/adapters/stores/accounts/users.ts';
import { createDiscordLinkStore } from '../../../../src/adapters/stores/hooks/discord-links.ts';
import { createHookInbox } from '../../../../src/adapters/stores/hooks/inbox.ts';
import { createJournal } from '../../../../src/adapters/stores/journal/journal.ts';
import { openAccount } from '../../../../src/adapters/stores/trading/accounts.ts';
import { createLedger } from '../../../../src/adapters/stores/trading/ledger.ts';
import { createWatchlists } from '../../../../src/adapters/stores/watchlists/watchlists.ts';
import type { User } from '../../../../src/domain/accounts/user.ts';
import type { ReadPortfolio } from '../../../../src/domain/hooks/external-portfolio.ts';
import type { HookInbox, TradeReport } from '../../../../src/domain/hooks/hook-inbox.ts';
import type { Journal } from '../../../../src/domain/journal/journal.ts';

const UNKNOWN_USER = '00000000-0000-4000-8000-000000000000';
const NOW = Date.parse('2026-03-02T15:30:00Z');
const report: TradeReport = {
  event: 'trade:executed',
  payload: {
    id: 't-1',
    symbol: 'AAPL',
    side: 'buy',
    quantity: 10,
    price: 187.5,
    status: 'filled',
    timestamp: new Date(NOW).toISOString(),
    source: 'external',
  },
};

/** A read report of this moment, of which a row was left out. */
const reportOf = (timestamp: string, totalValue = 1): ReadPortfolio => ({
  portfolio: { totalValue, cash: totalValue, equity: 0, positions: [], timestamp, source: 'external' },
  skipped: { skipped: [{ row: 3, code: 'NOT_A_ROW' }] },
});

describe.each(KINDS)('on %s', (kind) => {
  let database: TestDatabase;
  let inbox: HookInbox;
  let journal: Journal;
  let ada: User;
  let grace: User;
  let ids = 0;
  const event = (digest = 'digest') => ({ id: `event-${++ids}`, digest });
  const signUp = () =>
    createUsers(database.db, { onCreate: (tx, user) => openAccount(tx, user.id, '1000') }).create({
      username: freshName(),
      name: 'Another user',
      role: 'member',
      passwordHash: 'none',
    });

  beforeAll(async () => {
    database = await createTestDatabase(kind);
    inbox = createHookInbox(database.db);
    journal = createJournal(database.db);
  });
  beforeEach(async () => {
    [ada, grace] = [await signUp(), await signUp()];
  });
  afterAll(() => database.close());

  test('a trade is journaled with its id, and what the bus is to carry is what was written', async () => {
    const taken = await inbox.trade(event(), ada.id, report);
    const { epoch } = await journal.head(ada.id);
    expect(taken).toEqual({
      result: { seq: 1 },
      duplicate: false,
      appended: { userId: ada.id, epoch, records: [{ ...report, seq: 1 }] },
    });
    expect(await journal.readAfter(ada.id, 0, 10)).toEqual([{ ...report, seq: 1 }]);
  });

  test('of many who send one event at once, one is first and all get its result', async () => {
    const once = event();
    const taken = await Promise.all(Array.from({ length: 8 }, () => inbox.trade(once, ada.id, report)));
    expect(taken.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
    expect(taken.map(({ result }) => result)).toEqual(Array(8).fill({ seq: 1 }));
    expect((await journal.head(ada.id)).seq).toBe(1);
  });

  test('different events at once are numbered without a hole', async () => {
    const taken = await Promise.all(Array.from({ length: 12 }, () => inbox.trade(event(), ada.id, report)));
    const seqs = taken.map(({ result }) => result.seq).sort((a, b) => a - b);
    expect(seqs).toEqual(Array.from({ length: 12 }, (_, index) => index + 1));
  });

  test('a used id with another digest is a conflict in every method and changes nothing', async () => {
    const first = event();
    await inbox.trade(first, ada.id, report);
    const other = { ...first, digest: 'another' };
    const portfolio = reportOf(report.payload.timestamp);
    for (const again of [
      () => inbox.trade(other, ada.id, report),
      () => inbox.portfolio(other, ada.id, portfolio),
      () => inbox.link(other, { code: 'AAAAAAAA', discordUserId: '12345', now: NOW }),
      () => inbox.open(other, ada.id),
    ]) {
      await expect(again()).rejects.toMatchObject({ code: 'CONFLICT' });
    }
    expect((await journal.head(ada.id)).seq).toBe(1);
  });

  test('an event of an unknown user is refused and its id stays free', async () => {
    const first = event();
    await expect(inbox.trade(first, UNKNOWN_USER, report)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(
      inbox.portfolio(first, UNKNOWN_USER, reportOf(report.payload.timestamp)),
    ).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(await inbox.trade(first, ada.id, report)).toMatchObject({ duplicate: false });
  });

  test('an older report that arrives later changes nothing, and of one moment the last one counts', async () => {
    const ledger = createLedger(database.db);
    const send = async (timestamp: string, totalValue: number) =>
      (await inbox.portfolio(event(), ada.id, reportOf(timestamp, totalValue))).result;
    const shown = async () => (await ledger.holdings(ada.id)).external?.totalValue;
    expect(await send('2026-03-02T15:30:00.000Z', 1)).toMatchObject({ applied: true });
    expect(await send('2026-03-02T15:29:59.999Z', 2)).toEqual({
      ...{ timestamp: '2026-03-02T15:29:59.999Z', applied: false },
      skipped: [{ row: 3, code: 'NOT_A_ROW' }],
    });
    expect(await shown()).toBe(1);
    expect(await send('2026-03-02T15:30:00.000Z', 3)).toMatchObject({ applied: true });
    expect(await shown()).toBe(3);
    expect(await send('2026-03-02T15:30:00.001Z', 4)).toMatchObject({ applied: true });
    expect(await shown()).toBe(4);
  });

  test('a report that is repeated gets its first answer, whatever has been reported since', async () => {
    const first = event();
    const report = reportOf('2026-03-02T15:30:00.000Z');
    const { result } = await inbox.portfolio(first, grace.id, report);
    await inbox.portfolio(event(), grace.id, reportOf('2026-03-02T15:31:00.000Z'));
    expect(await inbox.portfolio(first, grace.id, report)).toEqual({ result, duplicate: true });
  });

  test('an order’s event stays open until it is closed', async () => {
    const order = event();
    expect(await inbox.open(order, ada.id)).toEqual({ userId: ada.id, alreadyClosed: false });
    expect(await inbox.open(order, ada.id)).toEqual({ userId: ada.id, alreadyClosed: false });
    // A repeat that names another user by now is for the first one.
    expect(await inbox.open(order, grace.id)).toEqual({ userId: ada.id, alreadyClosed: false });
    expect(await inbox.find(order)).toEqual({ userId: ada.id, result: null });
    await inbox.close(order, { orderId: 'o-1' });
    expect(await inbox.find(order)).toEqual({ userId: ada.id, result: { orderId: 'o-1' } });
    expect(await inbox.find(event())).toBeNull();
    expect(await inbox.open(order, ada.id)).toEqual({ userId: ada.id, alreadyClosed: true });
  });

  test('an order’s event that was refused frees its id, and one that was answered meanwhile does not', async () => {
    const order = event();
    await inbox.open(order, ada.id);
    await inbox.release({ ...order, digest: 'another' });
    await expect(inbox.open({ ...order, digest: 'another' }, ada.id)).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    await inbox.release(order);
    expect(await inbox.open({ ...order, digest: 'another' }, ada.id)).toEqual({
      userId: ada.id,
      alreadyClosed: false,
    });

    const placed = event();
    await inbox.open(placed, ada.id);
    await inbox.release(placed);
    await inbox.close(placed, { orderId: 'o-1' });
    await inbox.release(placed);
    expect(await inbox.open(placed, ada.id)).toEqual({ userId: ada.id, alreadyClosed: true });
  });

  test('a link code is used up by the first who sends it, and a repeat gets the first result', async () => {
    const links = createDiscordLinkStore(database.db);
    const code = `C${String(ids).padStart(7, '0')}`;
    const discordUserId = String(10_000_000 + ids);
    await links.saveCode(ada.id, { code, expiresAt: NOW + 1 });
    const late = { code, discordUserId, now: NOW + 1 };
    await expect(inbox.link(event(), late)).rejects.toMatchObject({ code: 'NOT_FOUND' });

    const senders = [event(), event(), event()];
    const inTime = { code, discordUserId, now: NOW };
    const outcomes = await Promise.allSettled(senders.map((sender) => inbox.link(sender, inTime)));
    const linked = outcomes.findIndex(({ status }) => status === 'fulfilled');
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await inbox.link(senders[linked]!, inTime)).toEqual({
      result: { username: ada.username },
      duplicate: true,
    });
    expect(await links.find(ada.id)).toBe(discordUserId);
    expect(await createUsers(database.db).findByDiscordId(discordUserId)).toMatchObject({ id: ada.id });

    await links.saveCode(grace.id, { code, expiresAt: NOW + 1 });
    await expect(inbox.link(event(), inTime)).rejects.toMatchObject({ code: 'CONFLICT' });
    await links.unlink(ada.id);
    // The refused attempt was rolled back whole: the code still works.
    expect(await inbox.link(event(), inTime)).toMatchObject({ result: { username: grace.username } });
  });

  test('a watchlist is null until it is saved and then keeps its order', async () => {
    const watchlists = createWatchlists(database.db);
    expect(await watchlists.find(ada.id)).toBeNull();
    await watchlists.save(ada.id, ['TSLA', 'BRK.B', 'AAPL']);
    expect(await watchlists.find(ada.id)).toEqual(['TSLA', 'BRK.B', 'AAPL']);
    await watchlists.save(ada.id, []);
    expect(await watchlists.find(ada.id)).toEqual([]);
    expect(await watchlists.find(grace.id)).toBeNull();
  });
});
