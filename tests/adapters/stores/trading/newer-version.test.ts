import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestClock } from '../../../../rig/clock.ts';
import { createTestDatabase, KINDS, type TestDatabase } from '../../../../rig/database/database.ts';
import { silentLog } from '../../../../rig/log.ts';
import { createJournal } from '../../../../src/adapters/stores/journal/journal.ts';
import { createLedger } from '../../../../src/adapters/stores/trading/ledger.ts';
import type { BrokerEvent } from '../../../../src/domain/trading/broker.ts';
import { createTrading } from '../../../../src/domain/trading/create-trading.ts';
import type { Ledger } from '../../../../src/domain/trading/ledger.ts';
import type { Trading } from '../../../../src/domain/trading/trading.ts';
import { decimal } from '../../../../src/lib/decimal.ts';
import {
  createStillMarket,
  createTestBus,
  createTrader,
  LIMITS,
  requestOf,
  takeEngine,
} from '../../../support/trading.ts';

describe.each(KINDS)('what a newer replica wrote to the %s database', (kind) => {
  let database: TestDatabase;
  let ledger: Ledger;
  let trading: Trading;
  const clock = createTestClock();

  beforeAll(async () => {
    database = await createTestDatabase(kind);
    ledger = createLedger(database.db);
    trading = createTrading({
      ledger,
      market: createStillMarket(),
      bus: createTestBus(),
      clock,
      log: silentLog,
      limits: LIMITS,
    });
    // As the migration of the newer version does.
    for (const name of ['orders_status_check', 'orders_end_reason_check', 'orders_final_reserve_nothing'])
      await database.db.query(`ALTER TABLE orders DROP CONSTRAINT ${name}`);
  });
  afterAll(() => database.close());

  /** An order that works at the broker, with these words in place of those that this version knows. */
  async function orderWith(words: Readonly<Record<string, string>>): Promise<{ user: string; id: string }> {
    const user = await createTrader(database.db);
    const { order } = await trading.place({
      userId: user,
      request: requestOf(),
      source: 'api',
      key: 'key',
    });
    const columns = Object.keys(words).map((column, index) => `${column} = $${index + 2}`);
    await database.db.query(`UPDATE orders SET ${columns.join(', ')} WHERE id = $1`, [
      order.id,
      ...Object.values(words),
    ]);
    return { user, id: order.id };
  }
  const fillOf = (orderId: string): BrokerEvent => ({
    type: 'fill',
    orderId,
    executionId: `${orderId}-x`,
    quantity: 4,
    price: decimal(100),
    at: clock.now(),
  });

  test('is passed on as it is: status, reason and source of an order', async () => {
    const { user, id } = await orderWith({ status: 'parked', reason: 'PARKED_BY_RULE', source: 'pigeon' });
    expect(await trading.orders(user)).toMatchObject([{ id, status: 'parked', reason: 'PARKED_BY_RULE' }]);
    expect(await trading.orders(user, { status: 'open' })).toEqual([]);
    const repeated = await trading.place({
      userId: user,
      request: requestOf(),
      source: 'api',
      key: 'key',
    });
    expect(repeated).toMatchObject({ duplicate: true, order: { id } });
  });

  test('is passed on as it is: an event of the journal', async () => {
    const { user } = await orderWith({ source: 'pigeon' });
    await database.db.query(
      `WITH head AS (UPDATE journal_heads SET seq = seq + 1 WHERE user_id = $1 RETURNING seq)
       INSERT INTO journal (user_id, seq, event, payload) SELECT $1, seq, 'order:parked', '{"until":"noon"}' FROM head`,
      [user],
    );
    const journal = createJournal(database.db);
    expect(await journal.readAfter(user, 1, 10)).toEqual([
      { seq: 2, event: 'order:parked', payload: { until: 'noon' } },
    ]);
    expect(await journal.head(user)).toMatchObject({ seq: 2 });
  });

  test('stops no settlement: a fill is booked, an end is left to the newer engine', async () => {
    const { user, id } = await orderWith({ status: 'parked', source: 'pigeon' });
    const fencing = await takeEngine(database.db);
    const ended = await ledger.settle(fencing, [{ type: 'cancelled', orderId: id, at: clock.now() }]);
    expect(ended).toMatchObject({ orders: [], mismatches: [] });
    const { orders, appended, mismatches } = await ledger.settle(fencing, [fillOf(id)]);
    expect(orders).toMatchObject([{ id, status: 'partially_filled', filledQuantity: 4 }]);
    expect(appended[0]?.records[0]).toMatchObject({ event: 'trade:executed', payload: { source: 'pigeon' } });
    expect(mismatches).toEqual([]);
    expect((await trading.portfolio(user)).positions).toMatchObject([{ quantity: 4 }]);
  });

  test('stops no end: the reason for which an order is to end is passed on as it is', async () => {
    const { user, id } = await orderWith({ status: 'working', end_reason: 'RULE_OF_THE_FUTURE' });
    const fencing = await takeEngine(database.db);
    expect(await ledger.ending(fencing, clock.now(), 10)).toMatchObject([
      { id, endReason: 'RULE_OF_THE_FUTURE' },
    ]);
    await ledger.settle(fencing, [{ type: 'cancelled', orderId: id, at: clock.now() }]);
    const [order] = await trading.orders(user);
    expect(order).toMatchObject({ id, status: 'cancelled', reason: 'RULE_OF_THE_FUTURE' });
  });
});
