import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createTestDatabase, KINDS, type TestDatabase } from '../../../../rig/database/database.ts';
import { silentLog } from '../../../../rig/log.ts';
import { createSignalQuoteLog } from '../../../../src/adapters/stores/signals/quotes.ts';
import { closePosition } from '../../../../src/adapters/stores/trading/close-position.ts';
import { createKnownPrices } from '../../../../src/adapters/stores/trading/known-prices.ts';
import { createLedger } from '../../../../src/adapters/stores/trading/ledger.ts';
import { FencedError } from '../../../../src/domain/engine/fenced.ts';
import { createTrading } from '../../../../src/domain/trading/create-trading.ts';
import type { Ledger } from '../../../../src/domain/trading/ledger.ts';
import type { Trading } from '../../../../src/domain/trading/trading.ts';
import { decimal } from '../../../../src/lib/decimal.ts';
import { newYorkTime } from '../../../../src/protocol/new-york.ts';
import type { OrderRequest } from '../../../../src/protocol/orders.ts';
import { createManualClock } from '../../../support/manual-clock.ts';
import {
  audit,
  createStillMarket,
  createTestBus,
  createTrader,
  LIMITS,
  NOON,
  requestOf,
  SOUND,
  takeEngine,
} from '../../../support/trading.ts';

const HOUR_MS = 3_600_000;

describe.each(KINDS)('splits in the ledger on %s', (kind) => {
  const market = createStillMarket();
  const clock = createManualClock(NOON);
  let database: TestDatabase;
  let ledger: Ledger;
  let trading: Trading;
  let fencing: number;
  let symbol: string;
  let symbols = 0;

  beforeAll(async () => {
    database = await createTestDatabase(kind);
    ledger = createLedger(database.db);
    trading = createTrading({ ledger, market, bus: createTestBus(), clock, log: silentLog, limits: LIMITS });
  });
  beforeEach(async () => {
    fencing = await takeEngine(database.db);
    // A split concerns everybody who holds the symbol: each test has its own.
    symbol = `S${String.fromCharCode(65 + symbols++)}`;
  });
  afterEach(async () => {
    expect(await audit(database.db)).toEqual(SOUND);
  });
  afterAll(() => database.close());

  const place = (userId: string, changes: Partial<OrderRequest>) =>
    trading.place({
      userId,
      request: requestOf({ symbol, timeInForce: 'gtc', ...changes }),
      source: 'api',
      key: `key-${symbol}-${JSON.stringify(changes)}`,
    });
  /** Fills what is accepted, as far as `quantity` goes, at 100 each. */
  async function fill(): Promise<void> {
    const { orders } = await ledger.claim(fencing, 100, clock.now());
    await ledger.settle(
      fencing,
      orders.map((order) => ({
        ...{ type: 'fill', orderId: order.id, executionId: `${order.id}-x`, quantity: order.quantity },
        ...{ price: decimal(100), at: clock.now() },
      })),
    );
  }
  const buy = async (userId: string, quantity: number): Promise<void> => {
    await place(userId, { quantity });
    await fill();
  };
  /** At the next hour. */
  const split = (to: number, from: number) => {
    clock.advance(HOUR_MS);
    const at = clock.now();
    return ledger.split(fencing, {
      source: 'test',
      symbol,
      day: '2026-03-03',
      from,
      to,
      effectiveAt: at,
      at,
    });
  };
  const positionOf = async (userId: string) =>
    (await ledger.holdings(userId)).positions.find((position) => position.symbol === symbol);

  test('multiply shares at the same cost, once, and tell their users', async () => {
    const [first, second] = [await createTrader(database.db), await createTrader(database.db)];
    await buy(first, 10);
    await buy(second, 3);
    const { appended, contradicted } = await split(4, 1);
    expect(contradicted).toEqual([]);
    expect(appended.map(({ userId }) => userId).sort()).toEqual([first, second].sort());
    const told = appended.find(({ userId }) => userId === first)?.records;
    expect(told).toMatchObject([
      {
        event: 'position:adjusted',
        payload: {
          ...{ symbol, reason: 'split', quantityBefore: 10, quantityAfter: 40, cash: 0 },
          reference: `${symbol} 2026-03-03 4:1`,
        },
      },
    ]);
    const after = await positionOf(first);
    expect([after?.quantity, String(after?.cost)]).toEqual([40, '1000']);
    expect(await split(4, 1)).toEqual({ appended: [], contradicted: [] });
    expect((await positionOf(first))?.quantity).toBe(40);
  });

  test('are known to the track record of signals, each in its market', async () => {
    await split(4, 1);
    const followed = { symbol, day: '2026-03-03', from: 1, to: 4 };
    const log = createSignalQuoteLog(database.db, 'test');
    expect(await log.splits([symbol, 'OTHER'], '2026-03-03')).toEqual([followed]);
    expect(await log.splits([symbol], '2026-03-04')).toEqual([]);
    expect(await createSignalQuoteLog(database.db, 'another').splits([symbol], '2026-03-03')).toEqual([]);
  });

  test('of a former engine change nothing', async () => {
    const user = await createTrader(database.db);
    await buy(user, 10);
    const former = fencing;
    fencing = await takeEngine(database.db);
    const at = clock.now();
    const due = { source: 'test', symbol, day: '2026-03-03', from: 1, to: 4, effectiveAt: at, at };
    await expect(ledger.split(former, due)).rejects.toThrow(FencedError);
    expect((await positionOf(user))?.quantity).toBe(10);
  });

  test('leave fractions, which are sold at one price and survive until then', async () => {
    const [user, small] = [await createTrader(database.db), await createTrader(database.db)];
    await buy(user, 15);
    await buy(small, 5);
    await split(1, 10);
    expect(await ledger.fractionSymbols()).toContain(symbol);
    expect(await ledger.tradedSymbols()).toContain(symbol);
    const held = await positionOf(user);
    expect([held?.quantity, String(held?.cost), String(held?.fraction), String(held?.fractionCost)]).toEqual([
      ...[1, '1000', '0.5', '500'],
    ]);
    market.set(symbol, { price: 1_010, previousClose: 1_000 });
    expect(await trading.portfolio(user)).toMatchObject({
      totalValue: 98_500 + 1_515,
      positions: [{ symbol, quantity: 1.5, marketValue: 1_515, unrealizedPnl: 15 }],
    });

    const { appended } = await ledger.sellFractions(fencing, symbol, decimal('1010.5'), clock.now());
    const told = appended.find(({ userId }) => userId === user)?.records;
    expect(told).toMatchObject([
      { event: 'position:adjusted', payload: { quantityBefore: 1.5, quantityAfter: 1, cash: 505.25 } },
    ]);
    expect(await ledger.fractionSymbols()).not.toContain(symbol);
    const { account } = await ledger.holdings(user);
    expect([account.cash, account.cost, account.realized].map(String)).toEqual(['99005.25', '1000', '5.25']);
    expect(await positionOf(small)).toMatchObject({ quantity: 0 });
    expect(await ledger.sellFractions(fencing, symbol, decimal(1_010), clock.now())).toMatchObject({
      appended: [],
    });
    market.set(symbol, {});
  });

  test('leave fractions that an operator closes with the shares, or alone', async () => {
    const [user, small] = [await createTrader(database.db), await createTrader(database.db)];
    await buy(user, 15);
    await buy(small, 5);
    await split(1, 10);
    const close = (userId: string) =>
      database.db.transaction((tx) =>
        closePosition(tx, {
          ...{ userId, symbol, price: decimal('2.5001') },
          ...{ reference: `close-${symbol}`, note: null, at: clock.now() },
        }),
      );
    for (const [userId, quantityBefore, cash, after] of [
      // A fraction of 0.5 brings 1.25005: half to even.
      [user, 1.5, 3.7501, ['98503.7501', '0', '-1496.2499']],
      [small, 0.5, 1.25, ['99501.25', '0', '-498.75']],
    ] as const) {
      const { adjustment, appended } = await close(userId);
      expect([adjustment.quantityBefore, adjustment.quantityAfter, Number(adjustment.cash)]).toEqual([
        ...[quantityBefore, 0, cash],
      ]);
      expect(appended[0]?.records).toMatchObject([
        {
          event: 'position:adjusted',
          payload: { reason: 'operator', quantityBefore, quantityAfter: 0, cash },
        },
      ]);
      expect((await trading.portfolio(userId)).positions).toEqual([]);
      const { account } = await ledger.holdings(userId);
      expect([account.cash, account.cost, account.realized].map(String)).toEqual(after);
      await expect(close(userId)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
    expect(await ledger.fractionSymbols()).not.toContain(symbol);
    expect(await ledger.sellFractions(fencing, symbol, decimal(1_010), clock.now())).toMatchObject({
      appended: [],
    });
  });

  test('carry open orders over, and cancel what would be a part of a share', async () => {
    const user = await createTrader(database.db);
    await buy(user, 25);
    await place(user, { type: 'limit', side: 'sell', quantity: 10, limitPrice: 105 });
    await place(user, { type: 'limit', side: 'sell', quantity: 15, limitPrice: 106 });
    await place(user, { type: 'limit', side: 'buy', quantity: 20, limitPrice: 95 });
    const { appended } = await split(1, 10);
    const orders = await trading.orders(user);
    expect(
      orders.map(({ side, quantity, limitPrice, status, reason }) => [
        side,
        quantity,
        limitPrice,
        status,
        reason,
      ]),
    ).toEqual([
      ['buy', 2, 950, 'accepted', undefined],
      ['sell', 15, 106, 'cancelled', 'CANCELLED_BY_SPLIT'],
      ['sell', 1, 1_050, 'accepted', undefined],
      ['buy', 25, undefined, 'filled', undefined],
    ]);
    const events = appended.flatMap(({ records }) => records.map(({ event }) => event));
    expect([...events].sort()).toEqual([
      ...['order:update', 'order:update', 'order:update', 'position:adjusted', 'trade:failed'],
    ]);
    const { account } = await ledger.holdings(user);
    expect(String(account.reserved)).toBe('1900');
  });

  test('divide a stored price of before them once, whenever it was heard', async () => {
    const user = await createTrader(database.db);
    await buy(user, 10);
    const midnight = newYorkTime('2026-03-03', 0);
    const prices = createKnownPrices(database.db);
    const stored = async (at: number, price: string) => {
      const known = { price: decimal(price), previousClose: null, day: '2026-03-03', at, isHeard: false };
      await prices.keep(fencing, new Map([[symbol, known]]));
    };
    // A snapshot of the day tells the last trade of the day before.
    await stored(midnight - 1, '400');
    await split(4, 1);
    const held = await positionOf(user);
    expect([held?.lastKnown?.price.toNumber(), held?.splitDay]).toEqual([100, '2026-03-03']);

    await split(4, 1);
    expect((await positionOf(user))?.lastKnown?.price.toNumber()).toBe(100);
  });

  test('leave a stored price of after them', async () => {
    const user = await createTrader(database.db);
    await buy(user, 10);
    const at = newYorkTime('2026-03-03', 0);
    const known = { price: decimal(101), previousClose: null, day: '2026-03-03', at, isHeard: true };
    await createKnownPrices(database.db).keep(fencing, new Map([[symbol, known]]));
    await split(4, 1);
    expect((await positionOf(user))?.lastKnown?.price.toNumber()).toBe(101);
  });

  test('count what was traded after they took effect as shares of after them', async () => {
    const user = await createTrader(database.db);
    await buy(user, 10);
    clock.advance(HOUR_MS);
    const effectiveAt = clock.now();
    await buy(user, 4);
    const due = { source: 'test', symbol, day: '2026-03-03', from: 1, to: 4, effectiveAt, at: clock.now() };
    await ledger.split(fencing, due);
    expect((await positionOf(user))?.quantity).toBe(44);
  });
});
