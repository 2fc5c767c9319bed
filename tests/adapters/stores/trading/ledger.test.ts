import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createTestClock, type TestClock } from '../../../../rig/clock.ts';
import { seedCrowd } from '../../../../rig/database/crowd.ts';
import { createTestDatabase, KINDS, type TestDatabase } from '../../../../rig/database/database.ts';
import { silentLog } from '../../../../rig/log.ts';
import { createJournal } from '../../../../src/adapters/stores/journal/journal.ts';
import { liftHalt } from '../../../../src/adapters/stores/trading/halts.ts';
import { createLedger } from '../../../../src/adapters/stores/trading/ledger.ts';
import { FencedError } from '../../../../src/domain/engine/fenced.ts';
import type { BrokerEvent } from '../../../../src/domain/trading/broker.ts';
import { createTrading } from '../../../../src/domain/trading/create-trading.ts';
import { readAllOpen } from '../../../../src/domain/trading/execution/open-orders.ts';
import type { Ledger } from '../../../../src/domain/trading/ledger.ts';
import type { Trading } from '../../../../src/domain/trading/trading.ts';
import { decimal } from '../../../../src/lib/decimal.ts';
import { TradecastError } from '../../../../src/protocol/errors.ts';
import type { OrderRequest } from '../../../../src/protocol/orders.ts';
import {
  audit,
  createStillMarket,
  createTestBus,
  createTrader,
  LIMITS,
  requestOf,
  SOUND,
  type StillMarket,
  takeEngine,
} from '../../../support/trading.ts';

describe.each(KINDS)('the ledger on %s', (kind) => {
  let database: TestDatabase;
  let ledger: Ledger;
  let market: StillMarket;
  let clock: TestClock;
  let fencing: number;
  let keys = 0;

  const tradingOn = (on: Ledger): Trading =>
    createTrading({
      ledger: on,
      market,
      bus: createTestBus(),
      clock,
      log: silentLog,
      limits: LIMITS,
    });
  let trading: Trading;
  const place = (userId: string, changes: Partial<OrderRequest> = {}, key = `key-${++keys}`, by = trading) =>
    by.place({ userId, request: requestOf(changes), source: 'api', key });
  /** Claims everything and fills it at 100 each, as far as asked. */
  const execute = async (quantity?: number) => {
    const { orders } = await ledger.claim(fencing, 100, clock.now());
    const events = orders.map(
      (order): BrokerEvent => ({
        type: 'fill',
        orderId: order.id,
        executionId: `${order.id}-x`,
        quantity: quantity ?? order.quantity,
        price: decimal(100),
        at: clock.now(),
      }),
    );
    return events.length > 0 ? ledger.settle(fencing, events) : null;
  };

  beforeAll(async () => {
    database = await createTestDatabase(kind);
    ledger = createLedger(database.db);
  });
  beforeEach(async () => {
    market = createStillMarket();
    clock = createTestClock();
    trading = tradingOn(ledger);
    fencing = await takeEngine(database.db);
  });
  afterEach(async () => {
    await execute();
    expect(await audit(database.db)).toEqual(SOUND);
  });
  afterAll(() => database.close());

  test('an accepted order is there with its reserve, its event and the next number', async () => {
    const user = await createTrader(database.db);
    const placed = await place(user, { type: 'limit', limitPrice: 99.5 });
    expect(placed).toMatchObject({
      duplicate: false,
      order: { status: 'accepted', limitPrice: 99.5, filledQuantity: 0 },
    });
    expect(await trading.orders(user, { status: 'open' })).toEqual([placed.order]);
    expect(await trading.portfolio(user)).toMatchObject({ cash: 100_000, buyingPower: 99_005 });
    const journal = createJournal(database.db);
    expect(await journal.readAfter(user, 0, 10)).toEqual([
      { seq: 1, event: 'order:update', payload: placed.order },
    ]);
    expect(await journal.head(user)).toMatchObject({ seq: 1, floor: 0 });
  });

  test('the symbols of open orders and positions are those of all users, each once', async () => {
    const [user, other] = [await createTrader(database.db), await createTrader(database.db)];
    const fresh = async () =>
      (await ledger.tradedSymbols()).filter((symbol) => /^(HELD|PART|OPEN|GONE)$/.test(symbol)).sort();
    expect(await fresh()).toEqual([]);
    await place(user, { symbol: 'HELD' });
    await place(other, { symbol: 'HELD' });
    await place(user, { symbol: 'GONE' });
    expect(await fresh()).toEqual(['GONE', 'HELD']);
    await execute();
    await place(user, { symbol: 'GONE', side: 'sell' });
    await place(other, { symbol: 'PART', side: 'buy' });
    await execute();
    await place(other, { symbol: 'PART', side: 'sell', quantity: 4 });
    const { order } = await place(other, { symbol: 'OPEN' });
    await execute(1);
    expect(await fresh()).toEqual(['HELD', 'OPEN', 'PART']);
    await ledger.settle(fencing, [{ type: 'cancelled', orderId: order.id, at: clock.now() }]);
    await place(other, { symbol: 'OPEN', side: 'sell', quantity: 1 });
    await execute();
    expect(await fresh()).toEqual(['HELD', 'PART']);
  });

  test('orders are listed in pages, newest first, open ones among finished ones', async () => {
    const [user, other] = [await createTrader(database.db), await createTrader(database.db)];
    const ids: string[] = [];
    for (let n = 0; n < 7; n++) {
      const { order } = await place(user, { type: 'limit', limitPrice: 99, quantity: n + 1 });
      ids.unshift(order.id);
      if (n % 2 === 0) await trading.cancel(user, order.id);
    }
    const idsOf = async (list: Parameters<Trading['orders']>[1]) =>
      (await trading.orders(user, list)).map(({ id }) => id);
    expect(await idsOf({ limit: 3 })).toEqual(ids.slice(0, 3));
    expect(await idsOf({ limit: 3, before: ids[2]! })).toEqual(ids.slice(3, 6));
    expect(await idsOf({ before: ids[6]! })).toEqual([]);
    const open = [ids[1], ids[3], ids[5]];
    expect(await idsOf({ status: 'open' })).toEqual(open);
    expect(await idsOf({ status: 'open', limit: 2 })).toEqual(open.slice(0, 2));
    expect(await idsOf({ status: 'open', before: ids[2]! })).toEqual(open.slice(1));
    expect(await idsOf({ status: 'accepted', before: ids[3]! })).toEqual(open.slice(2));
    expect(await idsOf({ status: 'cancelled', before: ids[3]! })).toEqual([ids[4], ids[6]]);
    for (const before of [ids[0]!, randomUUID(), 'no-uuid'])
      await expect(trading.orders(other, { before })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('open orders are read in pages, every one once, the first that came first', async () => {
    const own = await createTestDatabase(kind);
    try {
      await seedCrowd(own.db, { users: 3, open: 2_500, symbols: ['AAPL'] });
      const open = await readAllOpen(createLedger(own.db), await takeEngine(own.db));
      const rows = await own.db.query<{ id: string }>('SELECT id FROM orders ORDER BY number', []);
      expect(open.map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
    } finally {
      await own.close();
    }
  });

  test('what is to end is found whatever else is open, marked once, and never more than was asked for', async () => {
    const [user, banned] = [await createTrader(database.db), await createTrader(database.db)];
    const limit = { type: 'limit', limitPrice: 99, timeInForce: 'gtc' } as const;
    const placeMany = async (userId: string) => {
      const ids: string[] = [];
      for (let n = 1; n <= 3; n++) ids.push((await place(userId, { ...limit, quantity: n })).order.id);
      return ids;
    };
    const [kept, ended] = [await placeMany(user), await placeMany(banned)];
    await ledger.halt({ userId: banned }, 'test', clock.now());
    const first = await ledger.ending(fencing, clock.now(), 2);
    expect(first.map(({ endReason }) => endReason)).toEqual(['TRADING_HALTED', 'TRADING_HALTED']);
    const versions = () =>
      database.db.query('SELECT id, xmin::text FROM orders WHERE id = ANY ($1) ORDER BY id', [ended]);
    const all = await ledger.ending(fencing, clock.now(), 10);
    expect(all.map(({ id }) => id).sort()).toEqual([...ended].sort());
    const marked = await versions();
    expect(await ledger.ending(fencing, clock.now(), 10)).toHaveLength(3);
    expect(await versions()).toEqual(marked);
    const { orders } = await ledger.claim(fencing, 2, clock.now());
    expect(orders.map(({ id }) => id)).toEqual(kept.slice(0, 2));
    const cancelled = ended.map((orderId) => ({ type: 'cancelled', orderId, at: clock.now() }) as const);
    await ledger.settle(fencing, cancelled);
    expect(await ledger.ending(fencing, clock.now(), 10)).toEqual([]);
  });

  test('a denied order is kept with its reason and reported', async () => {
    const user = await createTrader(database.db, 100);
    const { order, message } = await place(user);
    expect([order.status, order.reason]).toEqual(['denied', 'INSUFFICIENT_FUNDS']);
    const events = await createJournal(database.db).readAfter(user, 0, 10);
    expect(events.map(({ event }) => event)).toEqual(['order:update', 'trade:failed']);
    expect(events[1]?.payload).toMatchObject({
      code: 'INSUFFICIENT_FUNDS',
      error: message,
      orderId: order.id,
    });
  });

  test('an unknown symbol is denied, and an unknown account is refused', async () => {
    const user = await createTrader(database.db);
    expect((await place(user, { symbol: 'NOPE' })).order.reason).toBe('UNKNOWN_SYMBOL');
    await expect(place('00000000-0000-4000-8000-000000000000')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test.each([
    { quantity: Number.NaN },
    { quantity: 1e9 },
    { type: 'limit', limitPrice: 1.00001 },
    { type: 'limit', limitPrice: Number.POSITIVE_INFINITY },
  ] as Partial<OrderRequest>[])('what is no order (%j) leaves nothing behind', async (changes) => {
    const user = await createTrader(database.db);
    await expect(place(user, changes)).rejects.toMatchObject({ code: 'VALIDATION' });
    expect(await trading.orders(user)).toEqual([]);
  });

  test('the same key and order get the first answer again, whatever has happened since', async () => {
    const user = await createTrader(database.db);
    const first = await place(user, {}, 'same');
    await execute();
    expect(await place(user, {}, 'same')).toEqual({ ...first, duplicate: true });
    await expect(place(user, { quantity: 11 }, 'same')).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await trading.orders(user)).toHaveLength(1);
  });

  test('of the same key at the same moment, on several replicas, one order is made', async () => {
    const user = await createTrader(database.db);
    const replicas = Array.from({ length: 4 }, () => tradingOn(createLedger(database.db)));
    const answers = await Promise.all([...replicas, ...replicas].map((by) => place(user, {}, 'race', by)));
    expect(new Set(answers.map(({ order }) => order.id)).size).toBe(1);
    expect(answers.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
  });

  test('orders at the same moment cannot spend the same cash', async () => {
    const user = await createTrader(database.db, 2_300);
    const replicas = [
      trading,
      trading,
      trading,
      ...Array.from({ length: 3 }, () => tradingOn(createLedger(database.db))),
    ];
    const answers = await Promise.all(
      replicas.map((by, index) =>
        place(user, { type: 'limit', quantity: 20 + index, limitPrice: 60 }, undefined, by),
      ),
    );
    const reasons = answers.map(({ order }) => order.reason ?? order.status).sort();
    expect(reasons).toEqual([
      'INSUFFICIENT_FUNDS',
      'INSUFFICIENT_FUNDS',
      'INSUFFICIENT_FUNDS',
      'INSUFFICIENT_FUNDS',
      'INSUFFICIENT_FUNDS',
      'accepted',
    ]);
  });

  test('orders at the same moment cannot sell the same shares', async () => {
    const user = await createTrader(database.db);
    await place(user, { quantity: 30 });
    await execute();
    const replicas = [
      trading,
      trading,
      tradingOn(createLedger(database.db)),
      tradingOn(createLedger(database.db)),
    ];
    const answers = await Promise.all(
      replicas.map((by, index) => place(user, { side: 'sell', quantity: 16 + index }, undefined, by)),
    );
    expect(answers.filter(({ order }) => order.status === 'accepted')).toHaveLength(1);
    expect(answers.filter(({ order }) => order.reason === 'INSUFFICIENT_POSITION')).toHaveLength(3);
  });

  test('the same order under another key is a duplicate for ten seconds, also within one batch', async () => {
    const user = await createTrader(database.db);
    const both = await Promise.all([place(user), place(user)]);
    expect(both.map(({ order }) => order.reason ?? order.status)).toEqual(['accepted', 'DUPLICATE_ORDER']);
    clock.advance(9_000);
    expect((await place(user)).order.reason).toBe('DUPLICATE_ORDER');
    clock.advance(2_000);
    expect((await place(user)).order.status).toBe('accepted');
  });

  test('an order in a contract is denied with its sentence, also while the market cannot look symbols up', async () => {
    const user = await createTrader(database.db);
    market.knows = () => Promise.reject(new TradecastError('UNAVAILABLE', 'No list of symbols yet.'));
    const { order, message } = await place(user, { symbol: 'O:SPY251219C00650000' });
    expect(order).toMatchObject({ status: 'denied', reason: 'UNSUPPORTED_INSTRUMENT' });
    expect(message).toMatch(/no option contracts/);
    await expect(place(user)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  test('among many orders of one size, only an order with the same terms is a duplicate', async () => {
    const user = await createTrader(database.db);
    const orders = [
      {},
      { type: 'stop', stopPrice: 105 },
      ...[90, 91, 92, 92.5, 93].map((limitPrice) => ({ type: 'limit', limitPrice }) as const),
    ] as const;
    for (const order of orders) expect((await place(user, order)).order.status).toBe('accepted');
    for (const order of orders) expect((await place(user, order)).order.reason).toBe('DUPLICATE_ORDER');
    const others = [
      { type: 'limit', limitPrice: 105 },
      { type: 'stop', stopPrice: 106 },
    ] as const;
    for (const order of others) expect((await place(user, order)).order.status).toBe('accepted');
  });

  test('one order that cannot be written does not fail those that share its transaction', async () => {
    const user = await createTrader(database.db);
    const answers = await Promise.allSettled([place(user), place('no-uuid'), place(user, { quantity: 11 })]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  test('an order that has not left is cancelled at once and gives its reserve back', async () => {
    const user = await createTrader(database.db);
    const { order } = await place(user);
    expect(await trading.cancel(user, order.id)).toMatchObject({
      status: 'cancelled',
      reason: 'CANCELLED_BY_USER',
    });
    expect((await trading.portfolio(user)).buyingPower).toBe(100_000);
    await expect(trading.cancel(user, order.id)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  test('a user cannot cancel an order of another user, or one that does not exist', async () => {
    const [user, other] = [await createTrader(database.db), await createTrader(database.db)];
    const { order } = await place(user);
    await expect(trading.cancel(other, order.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(trading.cancel(user, 'no-uuid')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(trading.cancel(user, user)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('the end of an order at the broker is noted for the engine', async () => {
    const user = await createTrader(database.db);
    const { order } = await place(user);
    await ledger.claim(fencing, 10, clock.now());
    expect(await trading.cancel(user, order.id)).toMatchObject({ status: 'submitting' });
    expect(await ledger.ending(fencing, clock.now(), 10)).toMatchObject([
      { id: order.id, endReason: 'CANCELLED_BY_USER' },
    ]);
    await ledger.settle(fencing, [{ type: 'cancelled', orderId: order.id, at: clock.now() }]);
  });

  test('a halt refuses new orders, keeps accepted ones from leaving and ends them, until it is lifted', async () => {
    const [user, other] = [await createTrader(database.db), await createTrader(database.db)];
    const { order } = await place(user);
    await ledger.halt({ userId: user }, 'test', clock.now());
    expect((await place(user, { quantity: 1 })).order.reason).toBe('TRADING_HALTED');
    expect((await place(other)).order.status).toBe('accepted');
    expect((await ledger.claim(fencing, 10, clock.now())).orders.map(({ userId }) => userId)).toEqual([
      other,
    ]);
    expect(await ledger.ending(fencing, clock.now(), 10)).toMatchObject([
      { id: order.id, endReason: 'TRADING_HALTED' },
    ]);
    expect(await ledger.isHalted()).toBe(false);
    await ledger.halt('everyone', 'test', clock.now());
    expect(await ledger.isHalted()).toBe(true);
    expect((await place(other, { quantity: 1 })).order.reason).toBe('TRADING_HALTED');
    await liftHalt(database.db, 'everyone');
    expect(await ledger.isHalted()).toBe(false);
    await liftHalt(database.db, { userId: user });
    expect((await place(user, { quantity: 2 })).order.status).toBe('accepted');
    await ledger.settle(fencing, [{ type: 'cancelled', orderId: order.id, at: clock.now() }]);
  });

  test('a stale fencing number can write nothing', async () => {
    const user = await createTrader(database.db);
    const { order } = await place(user);
    const stale = fencing;
    fencing = await takeEngine(database.db);
    const fill: BrokerEvent = {
      type: 'fill',
      orderId: order.id,
      executionId: 'stale',
      quantity: 1,
      price: decimal(1),
      at: 0,
    };
    await expect(ledger.claim(stale, 10, clock.now())).rejects.toThrow(FencedError);
    await expect(ledger.settle(stale, [fill])).rejects.toThrow(FencedError);
    await expect(ledger.ending(stale, clock.now(), 10)).rejects.toThrow(FencedError);
    expect((await trading.orders(user))[0]).toEqual(order);
  });

  test('the database itself refuses money that makes no sense', async () => {
    const user = await createTrader(database.db);
    for (const change of [
      'cash = cash - 1',
      'reserved = -1',
      'reserved = cash + 1',
      'cash = -1, cost = 100001',
    ])
      await expect(
        database.db.query(`UPDATE accounts SET ${change} WHERE user_id = $1`, [user]),
      ).rejects.toThrow(/check constraint/);
  });

  test('an event for an order that is not ours is a mismatch, not an error', async () => {
    const { mismatches } = await ledger.settle(fencing, [{ type: 'accepted', orderId: 'not ours', at: 0 }]);
    expect(mismatches).toMatchObject([{ problem: 'there is no such order' }]);
  });

  test('whatever happens in whatever order, the books are sound', async () => {
    const step = fc.oneof(
      fc.record({
        kind: fc.constant('place' as const),
        symbol: fc.constantFrom('AAPL', 'MSFT'),
        side: fc.constantFrom('buy' as const, 'sell' as const),
        quantity: fc.integer({ min: 1, max: 400 }),
        cents: fc.option(fc.integer({ min: 9_500, max: 10_500 }), { nil: null }),
      }),
      fc.record({
        kind: fc.constant('fill' as const),
        part: fc.integer({ min: 1, max: 500 }),
        ticks: fc.integer({ min: 900_000, max: 1_050_000 }),
      }),
      fc.record({ kind: fc.constant('cancel' as const) }),
      fc.record({
        kind: fc.constant('end' as const),
        with: fc.constantFrom('rejected', 'cancelled', 'expired'),
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 15 }), async (steps) => {
        const user = await createTrader(database.db, 60_000);
        let executions = 0;
        for (const next of steps) {
          const [open] = await trading.orders(user, { status: 'open' });
          if (next.kind === 'place') {
            const { symbol, side, quantity, cents } = next;
            await place(user, {
              symbol,
              side,
              quantity,
              ...(cents ? { type: 'limit', limitPrice: cents / 100 } : {}),
            });
          } else if (!open) {
          } else if (next.kind === 'cancel') await trading.cancel(user, open.id);
          else {
            await ledger.claim(fencing, 10, clock.now());
            const at = clock.now();
            const event =
              next.kind === 'fill'
                ? {
                    type: 'fill',
                    orderId: open.id,
                    executionId: `${open.id}-${++executions}`,
                    quantity: next.part,
                    price: decimal(next.ticks).div(10_000),
                    at,
                  }
                : { type: next.with, orderId: open.id, message: 'no', at };
            await ledger.settle(fencing, [event as BrokerEvent, event as BrokerEvent]);
          }
        }
        expect(await audit(database.db)).toEqual(SOUND);
      }),
      { numRuns: 15 },
    );
  });
});
