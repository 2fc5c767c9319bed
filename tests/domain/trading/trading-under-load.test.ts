import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestClock } from '../../../rig/clock.ts';
import { createTestDatabase, KINDS, type TestDatabase } from '../../../rig/database/database.ts';
import { createPaperBroker } from '../../../src/adapters/paper/broker.ts';
import { createJournal } from '../../../src/adapters/stores/journal/journal.ts';
import { createJournalPruner } from '../../../src/adapters/stores/journal/pruner.ts';
import { createLedger } from '../../../src/adapters/stores/trading/ledger.ts';
import { createTrading } from '../../../src/domain/trading/create-trading.ts';
import { createExecutor } from '../../../src/domain/trading/execution/executor.ts';
import type { Log } from '../../../src/lib/log.ts';
import { appendEvents } from '../../support/journal.ts';
import {
  audit,
  createStillMarket,
  createTestBus,
  createTestLease,
  createTrader,
  eventually,
  LIMITS,
  requestOf,
  SOUND,
  takeEngine,
} from '../../support/trading.ts';

const USERS = 6;
const ORDERS_EACH = 40;
const REPORTS_EACH = 20;

describe.each(KINDS)('everything at once on %s', (kind) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase(kind);
  });
  afterAll(() => database.close());

  test('two replicas place and cancel, hooks report, the journal is pruned, the executor fills: nothing deadlocks, nothing is lost', async () => {
    const { db } = database;
    const clock = createTestClock();
    const bus = createTestBus();
    const market = createStillMarket();
    market.set('AAPL', { askSize: 30 });
    const problems: string[] = [];
    const log: Log = {
      debug() {},
      info() {},
      warn: (_, message) => problems.push(message),
      error: (_, message) => problems.push(message),
    };
    const replicas = [createLedger(db), createLedger(db)].map((ledger) =>
      createTrading({ ledger, market, bus, clock, log, limits: LIMITS }),
    );
    const lease = createTestLease(await takeEngine(db));
    const broker = createPaperBroker({ market, onQuotes: market.onQuotes, onPrices: market.onPrices, clock });
    const executor = createExecutor({ lease, ledger: createLedger(db), broker, bus, clock, log });
    const pruner = createJournalPruner({ db, lease, clock, log, pruning: { maxAgeMs: 1e9, maxEvents: 50 } });
    const users = await Promise.all(Array.from({ length: USERS }, () => createTrader(db, 1_000_000)));
    executor.start();

    const work = users.flatMap((userId, user) => [
      ...Array.from({ length: ORDERS_EACH }, async (_, index) => {
        const trading = replicas[(user + index) % 2]!;
        const symbol = index % 4 === 0 ? 'AAPL' : 'MSFT';
        const request = requestOf({ symbol, quantity: index + 1 });
        const { order } = await trading.place({ userId, request, source: 'api', key: `k-${index}` });
        if (index % 5 === 0)
          await trading.cancel(userId, order.id).catch(({ code }) => expect(code).toBe('CONFLICT'));
      }),
      ...Array.from({ length: REPORTS_EACH }, (_, index) =>
        db.transaction((tx) =>
          appendEvents(tx, userId, [
            {
              event: 'trade:failed',
              payload: {
                error: `report ${index}`,
                message: `report ${index}`,
                code: 'BROKER_REJECTED',
                signal: { symbol: 'TSLA', side: 'buy', quantity: 1 },
                timestamp: new Date(clock.now()).toISOString(),
                source: 'external',
              },
            },
          ]),
        ),
      ),
      pruner.prune(),
    ]);
    await Promise.all(work);
    await eventually(async () => {
      market.set('AAPL', { askSize: 200 + Math.floor(clock.now() % 100) });
      const [row] = await db.query<{ open: number }>(
        "SELECT count(*) AS open FROM orders WHERE status IN ('accepted', 'submitting', 'working', 'partially_filled')",
        [],
      );
      expect(row?.open).toBe(0);
    });
    await executor.stop();

    expect(problems).toEqual([]);
    expect(await audit(db)).toEqual(SOUND);
    const statuses = (await replicas[0]!.orders(users[0]!)).map(({ status }) => status);
    expect(statuses).toHaveLength(ORDERS_EACH);
    expect(statuses.every((status) => status === 'filled' || status === 'cancelled')).toBe(true);
    const head = await createJournal(db).head(users[0]!);
    // Every order has at least the events of its acceptance and its end.
    expect(head.seq).toBeGreaterThanOrEqual(REPORTS_EACH + 2 * ORDERS_EACH);
  });
});
