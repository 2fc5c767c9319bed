import { randomUUID } from 'node:crypto';
import type { SessionData } from 'express-session';
import { createTestClock } from '../../rig/clock.ts';
import { silentLog } from '../../rig/log.ts';
import type { Database } from '../../src/adapters/sql/database.ts';
import { createSessionStore } from '../../src/adapters/stores/accounts/session-store.ts';
import { createSessions } from '../../src/adapters/stores/accounts/sessions.ts';
import { createTiers } from '../../src/adapters/stores/accounts/tiers.ts';
import { createTokenStore } from '../../src/adapters/stores/accounts/token-store.ts';
import { createUsers } from '../../src/adapters/stores/accounts/users.ts';
import { createLeaseRow } from '../../src/adapters/stores/engine/lease-row.ts';
import { createDiscordLinkStore } from '../../src/adapters/stores/hooks/discord-links.ts';
import { createHookInbox } from '../../src/adapters/stores/hooks/inbox.ts';
import { createOperatorCommands } from '../../src/adapters/stores/hooks/operator-commands.ts';
import { createJournal } from '../../src/adapters/stores/journal/journal.ts';
import { createJournalPruner } from '../../src/adapters/stores/journal/pruner.ts';
import { createHaltStore } from '../../src/adapters/stores/market/halts.ts';
import { createDeliveryLog } from '../../src/adapters/stores/signals/deliveries.ts';
import { createSignalQuoteLog } from '../../src/adapters/stores/signals/quotes.ts';
import { createSignalLog } from '../../src/adapters/stores/signals/signals.ts';
import { openAccount } from '../../src/adapters/stores/trading/accounts.ts';
import { createKnownPrices } from '../../src/adapters/stores/trading/known-prices.ts';
import { createLedger } from '../../src/adapters/stores/trading/ledger.ts';
import { createWatchlists } from '../../src/adapters/stores/watchlists/watchlists.ts';
import { createTrading } from '../../src/domain/trading/create-trading.ts';
import type { Order } from '../../src/domain/trading/order.ts';
import { decimal } from '../../src/lib/decimal.ts';
import { signalSchema } from '../../src/protocol/signals.ts';
import {
  createStillMarket,
  createTestBus,
  createTestLease,
  LIMITS,
  requestOf,
  takeEngine,
} from './trading.ts';

const DAY_MS = 86_400_000;

/** Runs the statements of accounts, trading, engine, journal, hooks and signals, each as a small piece of work does. */
export async function exercise(db: Database): Promise<void> {
  const userIds = await exerciseAccounts(db);
  await exerciseTrading(db, userIds);
  await exerciseHooks(db, userIds);
  await exerciseSignals(db);
  await exerciseEngine(db);
  await prune(db);
}

async function exerciseAccounts(db: Database): Promise<string[]> {
  const clock = createTestClock();
  const users = createUsers(db, { onCreate: (tx, user) => openAccount(tx, user.id, 1_000_000) });
  const store = createSessionStore(db, { clock });
  const sessions = createSessions(db, { clock });
  const ids: string[] = [];
  const sids: string[] = [];
  for (const username of ['ada', 'grace', 'mallory']) {
    const user = await users.create({ username, name: username, role: 'member', passwordHash: 'none' });
    const sid = randomUUID();
    const data = { cookie: { originalMaxAge: null }, userId: user.id, createdAt: clock.now() } as SessionData;
    await new Promise((resolve) => store.set(sid, data, resolve));
    await new Promise((resolve) => store.get(sid, resolve));
    await sessions.find(sid);
    await sessions.touch([sid]);
    await createTokenStore(db).findSession(user.id, 'none');
    ids.push(user.id);
    sids.push(sid);
  }
  const [id] = ids;
  await users.findById(id!);
  await users.findByUsername('ada');
  await users.findByDiscordId('12345');
  await users.setRole(id!, 'member');
  await users.holdsPassword(id!, 'none');
  await users.changePassword(id!, { expected: 'none', passwordHash: 'new', keepSession: sids[0]! });
  await createTiers(db).tiers(ids);
  await createTokenStore(db).claim(randomUUID(), clock.now());
  await createTokenStore(db).prune(clock.now());
  await createWatchlists(db).save(id!, ['AAPL']);
  await createWatchlists(db).find(id!);
  return ids;
}

async function exerciseTrading(db: Database, userIds: readonly string[]): Promise<void> {
  const clock = createTestClock();
  const ledger = createLedger(db);
  const market = createStillMarket();
  const trading = createTrading({
    ledger,
    market,
    bus: createTestBus(),
    clock,
    log: silentLog,
    limits: LIMITS,
  });
  const fencing = await takeEngine(db);
  const fills = (orders: readonly Order[]) =>
    orders.map(({ id, quantity }) => ({
      ...({ type: 'fill', orderId: id, executionId: `${id}-x` } as const),
      ...{ quantity, price: decimal(100), at: clock.now() },
    }));
  for (const userId of userIds)
    for (const quantity of [1, 2, 3, 4]) {
      const request = requestOf({ quantity, timeInForce: quantity === 4 ? 'gtc' : 'day' });
      await trading.place({ userId, request, source: 'api', key: `key-${quantity}` });
    }
  await trading.place({
    userId: userIds[0]!,
    request: requestOf({ quantity: 1 }),
    source: 'api',
    key: 'key-1',
  });
  const { orders } = await ledger.claim(fencing, 9, clock.now());
  await ledger.settle(
    fencing,
    orders.map(({ id }) => ({ type: 'accepted', orderId: id, at: clock.now() }) as const),
  );
  await ledger.settle(fencing, fills(orders.slice(3)));
  await ledger.ending(fencing, clock.now(), 500);
  await trading.cancel(userIds[0]!, orders[0]!.id);
  await ledger.halt({ userId: userIds[2]! }, 'test', clock.now());
  await ledger.ending(fencing, clock.now(), 500);
  await ledger.isHalted();
  await ledger.openOrders(null);
  await ledger.tradedSymbols();
  await ledger.fractionSymbols();
  for (const userId of userIds) {
    const [newest] = await trading.orders(userId);
    for (const status of ['open', 'filled', 'working'] as const)
      await trading.orders(userId, { status, limit: 2 });
    await trading.orders(userId, { status: 'open', before: newest!.id });
    await trading.portfolio(userId);
    await createJournal(db).head(userId);
    await createJournal(db).readAfter(userId, 1, 3);
  }
  await createJournal(db).endEpoch(userIds[0]!, 'another');
  await createKnownPrices(db).keep(
    fencing,
    new Map([
      [
        'AAPL',
        { price: decimal(100), previousClose: null, day: '2026-03-02', at: clock.now(), isHeard: true },
      ],
    ]),
  );
  const at = clock.now();
  await ledger.split(fencing, {
    symbol: 'AAPL',
    day: '2026-03-02',
    from: 2,
    to: 3,
    source: 'test',
    effectiveAt: at,
    at,
  });
  await ledger.sellFractions(fencing, 'AAPL', decimal(70), at);
}

async function exerciseHooks(db: Database, userIds: readonly string[]): Promise<void> {
  const inbox = createHookInbox(db);
  const commands = createOperatorCommands(db);
  const at = Date.now();
  const event = () => ({ id: randomUUID(), digest: 'digest', signedAt: at, receivedAt: at });
  const whom = { userId: userIds[1]! };
  const opened = event();
  await inbox.open(opened, whom.userId);
  await inbox.find(opened);
  await inbox.close(opened, {});
  await inbox.release(event());
  await createDiscordLinkStore(db).saveCode(whom.userId, { code: '7K3M9Q2X', expiresAt: at + DAY_MS });
  await inbox.link(event(), { code: '7K3M9Q2X', discordUserId: '123456', now: at });
  await createDiscordLinkStore(db).find(whom.userId);
  await createDiscordLinkStore(db).unlink(whom.userId);
  await commands.carryOut(event(), { kind: 'halt', whom, halted: true, reason: 'test', at }, {});
  await commands.carryOut(event(), { kind: 'halt', whom, halted: false, reason: 'test', at }, {});
  await commands.carryOut(event(), { kind: 'tier', whom, tier: 'PROFESSIONAL' }, {});
  await commands.carryOut(event(), { kind: 'role', whom, role: 'member' }, {});
  await commands.carryOut(event(), { kind: 'ban', whom, banned: true }, {});
  await createTiers(db).tierChanges(null);
}

async function exerciseSignals(db: Database): Promise<void> {
  const log = createSignalLog(db);
  const quotes = createSignalQuoteLog(db, 'test');
  const deliveries = createDeliveryLog(db);
  const now = Date.now();
  const signal = (id: string) => ({
    body: signalSchema.parse({
      ...{ id, symbol: 'AAPL', action: 'buy', premium: false, source: 'exercise' },
      timestamp: new Date(now).toISOString(),
    }),
    ...{ digest: id, receivedAt: now },
  });
  const { appended } = await log.append([signal('1'), signal('2')], now);
  const { seq } = appended[0]!.records[0]!;
  await log.append([signal('1')], now);
  await log.heads();
  await log.readAfter('free', seq - 1, 10);
  const page = { streams: ['free', 'premium'], limit: 10 } as const;
  await log.list(page);
  await log.list({ ...page, before: { stream: 'free', seq } });
  await log.list({ ...page, symbol: 'AAPL' });
  await log.list({ ...page, source: 'exercise' });
  for (const { stream, seq: at, moment, at: dueAt } of await quotes.due(now - 60_000, now))
    await quotes.record([{ stream, seq: at, moment, at: dueAt, bid: 1, ask: 2, quotedAt: now }]);
  await quotes.sources(['free', 'premium']);
  await quotes.quoted({ ...page, since: now - 60_000, source: 'exercise' });
  await quotes.splits(['AAPL'], '2026-01-01');
  await deliveries.list(page);
  await log.endEpoch('free', 'another');
}

async function exerciseEngine(db: Database): Promise<void> {
  const row = createLeaseRow(db, 'test');
  const { newest } = await row.ask();
  await row.renew(newest!);
  const fencing = await takeEngine(db);
  const halts = createHaltStore(db, 'test');
  await halts.keep(fencing, new Map([['AAPL', 1]]));
  await halts.load(fencing, 0);
  await row.release(fencing);
}

async function prune(db: Database): Promise<void> {
  const pruner = createJournalPruner({
    ...{ db, lease: createTestLease(1), clock: createTestClock(), log: silentLog },
    pruning: { maxAgeMs: 10 * 365 * DAY_MS, maxEvents: 1_000 },
  });
  await pruner.prune();
}
