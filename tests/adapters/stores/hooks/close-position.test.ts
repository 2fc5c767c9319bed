import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createTestDatabase, KINDS, type TestDatabase } from '../../../../rig/database/database.ts';
import { silentLog } from '../../../../rig/log.ts';
import { createOperatorCommands } from '../../../../src/adapters/stores/hooks/operator-commands.ts';
import { createJournal } from '../../../../src/adapters/stores/journal/journal.ts';
import { createLedger } from '../../../../src/adapters/stores/trading/ledger.ts';
import type { ClosePosition, OperatorCommands } from '../../../../src/domain/hooks/operator-commands.ts';
import { createTrading } from '../../../../src/domain/trading/create-trading.ts';
import type { Ledger } from '../../../../src/domain/trading/ledger.ts';
import { decimal } from '../../../../src/lib/decimal.ts';
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

/** A whole second, as a signature has it. */
const SIGNED = Date.parse('2026-03-02T15:30:00Z');

describe.each(KINDS)('a position closed by an operator on %s', (kind) => {
  let database: TestDatabase;
  let ledger: Ledger;
  let commands: OperatorCommands;
  let user: string;
  let fencing: number;
  beforeAll(async () => {
    database = await createTestDatabase(kind);
    ledger = createLedger(database.db);
    commands = createOperatorCommands(database.db);
  });
  beforeEach(async () => {
    user = await createTrader(database.db);
    fencing = await takeEngine(database.db);
    await place();
    await fill();
  });
  afterEach(async () => expect(await audit(database.db)).toEqual(SOUND));
  afterAll(() => database.close());

  const clock = { now: () => NOON, after: () => () => {}, every: () => () => {} };
  const place = (changes: Parameters<typeof requestOf>[0] = {}) =>
    createTrading({
      ...{ ledger, clock, market: createStillMarket(), limits: LIMITS },
      ...{ bus: createTestBus(), log: silentLog },
    }).place({ userId: user, request: requestOf(changes), source: 'api', key: randomUUID() });
  /** Fills what is accepted, at its limit or at 100. */
  async function fill(): Promise<void> {
    const { orders } = await ledger.claim(fencing, 100, NOON);
    await ledger.settle(
      fencing,
      orders.map(({ id, quantity, limitPrice }) => ({
        ...({ type: 'fill', orderId: id, executionId: `${id}-x` } as const),
        ...{ quantity, price: limitPrice ?? decimal(100), at: NOON },
      })),
    );
  }
  const event = (signedAt = SIGNED, digest = 'digest') => ({
    ...{ id: randomUUID(), digest, signedAt },
    receivedAt: signedAt,
  });
  const close = (changes: Partial<ClosePosition> = {}): ClosePosition => ({
    whom: { userId: user },
    symbol: 'AAPL',
    price: 12.3456,
    note: null,
    at: NOON,
    ...changes,
  });
  const journalled = async () =>
    (await createJournal(database.db).readAfter(user, 0, 50)).filter(
      (one) => one.event === 'position:adjusted',
    );

  test('is cash and realised loss, exactly, and one event of the journal', async () => {
    const command = event();
    const { appended, ...outcome } = await commands.closePosition(command, close({ note: 'merger' }));
    expect(outcome).toEqual({
      result: { symbol: 'AAPL', quantity: 10, price: 12.3456, cash: 123.456 },
      duplicate: false,
    });
    const { account, positions } = await ledger.holdings(user);
    expect([account.cash, account.cost, account.realized].map(String)).toEqual([
      '99123.456',
      '0',
      '-876.544',
    ]);
    expect(positions).toMatchObject([{ symbol: 'AAPL', quantity: 0 }]);
    const payload = {
      ...{ symbol: 'AAPL', reason: 'operator', quantityBefore: 10, quantityAfter: 0, cash: 123.456 },
      ...{ reference: command.id, timestamp: new Date(NOON).toISOString() },
    };
    expect(await journalled()).toEqual([expect.objectContaining({ event: 'position:adjusted', payload })]);
    expect(appended?.flatMap(({ records }) => records.map((record) => record.payload))).toEqual([payload]);
    const [kept] = await database.db.query('SELECT note FROM position_adjustments WHERE user_id = $1', [
      user,
    ]);
    expect(kept).toEqual({ note: 'merger' });
  });

  test('for nothing gives back nothing, and is closed all the same', async () => {
    expect(await commands.closePosition(event(), close({ price: 0 }))).toMatchObject({ result: { cash: 0 } });
    expect((await ledger.holdings(user)).positions).toMatchObject([{ quantity: 0 }]);
  });

  test('thirty times at once is closed once, and all get its answer', async () => {
    const command = event();
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, () => commands.closePosition(command, close())),
    );
    expect(outcomes.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
    expect(outcomes.filter(({ appended }) => appended !== null)).toHaveLength(1);
    for (const { result } of outcomes) expect(result).toEqual(outcomes[0]?.result);
    expect(await journalled()).toHaveLength(1);
  });

  test('by an id that was used for another command is refused', async () => {
    const command = event();
    await commands.carryOut(command, { kind: 'ban', whom: { userId: user }, banned: false }, {});
    await expect(commands.closePosition({ ...command, digest: 'other' }, close())).rejects.toMatchObject({
      code: 'CONFLICT',
    });
  });

  test('is refused while an order in it is open, and its id stays free', async () => {
    await place({ side: 'sell', quantity: 4, type: 'limit', limitPrice: 120 });
    const command = event();
    await expect(commands.closePosition(command, close())).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await journalled()).toEqual([]);
    await fill();
    expect(await commands.closePosition(command, close())).toMatchObject({ result: { quantity: 6 } });
  });

  test('of a symbol that is not held, or of nobody, is refused', async () => {
    await expect(commands.closePosition(event(), close({ symbol: 'MSFT' }))).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: 'This user holds no MSFT.',
    });
    const whom = { userId: '00000000-0000-4000-8000-000000000000' };
    await expect(commands.closePosition(event(), close({ whom }))).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  test('by a command that is older than the last one closes nothing that was bought since', async () => {
    await commands.closePosition(event(SIGNED + 1_000), close());
    await place({ quantity: 3 });
    await fill();
    await expect(commands.closePosition(event(SIGNED), close())).rejects.toMatchObject({ code: 'CONFLICT' });
    expect((await ledger.holdings(user)).positions).toMatchObject([{ quantity: 3 }]);
    // Another symbol has an order of its own.
    await place({ symbol: 'MSFT' });
    await fill();
    expect(await commands.closePosition(event(SIGNED), close({ symbol: 'MSFT' }))).toMatchObject({
      duplicate: false,
    });
  });
});
