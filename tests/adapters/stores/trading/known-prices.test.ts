import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createTestClock } from '../../../../rig/clock.ts';
import { createTestDatabase, KINDS, type TestDatabase } from '../../../../rig/database/database.ts';
import { silentLog } from '../../../../rig/log.ts';
import { createKnownPrices } from '../../../../src/adapters/stores/trading/known-prices.ts';
import { createLedger } from '../../../../src/adapters/stores/trading/ledger.ts';
import { FencedError } from '../../../../src/domain/engine/fenced.ts';
import { createTrading } from '../../../../src/domain/trading/create-trading.ts';
import type { KnownPrice } from '../../../../src/domain/trading/holdings.ts';
import type { Ledger } from '../../../../src/domain/trading/ledger.ts';
import type { PlaceFacts } from '../../../../src/domain/trading/placement.ts';
import { decimal } from '../../../../src/lib/decimal.ts';
import {
  createStillMarket,
  createTestBus,
  createTrader,
  LIMITS,
  NOON,
  requestOf,
  TODAY,
  takeEngine,
} from '../../../support/trading.ts';

const priceOf = (changes: Partial<KnownPrice> = {}): KnownPrice => ({
  // Finer than the ledger's decimals: a print of a share that is nearly worthless.
  price: decimal('0.00005'),
  previousClose: decimal('12.5'),
  day: TODAY,
  at: NOON,
  ...changes,
});

describe.each(KINDS)('known prices on %s', (kind) => {
  let database: TestDatabase;
  let ledger: Ledger;
  let fencing: number;
  let user: string;
  beforeAll(async () => {
    database = await createTestDatabase(kind);
    ledger = createLedger(database.db);
  });
  beforeEach(async () => {
    fencing = await takeEngine(database.db);
    user = await createTrader(database.db);
    await hold();
  });
  afterAll(() => database.close());

  /** Ten shares of AAPL, filled at the last trade of a feed without quotes. */
  async function hold(): Promise<void> {
    const market = createStillMarket();
    const clock = createTestClock();
    const trading = createTrading({
      ...{ ledger, market, clock, limits: LIMITS },
      ...{ bus: createTestBus(), log: silentLog },
    });
    await trading.place({ userId: user, request: requestOf(), source: 'api', key: 'key' });
    const { orders } = await ledger.claim(fencing, 100, clock.now());
    const [order] = orders;
    await ledger.settle(fencing, [
      {
        type: 'fill',
        orderId: order!.id,
        executionId: `${order!.id}-x`,
        quantity: 10,
        price: decimal(100),
        basis: 'last-trade',
        at: clock.now(),
      },
    ]);
  }

  const lastKnown = async () => (await ledger.holdings(user)).positions[0]?.lastKnown;
  const keep = (price: KnownPrice, number = fencing, isHeard = true) =>
    createKnownPrices(database.db).keep(number, new Map([['AAPL', { ...price, isHeard }]]));

  test('are read with the positions, every digit of them, and the newest replaces the one before', async () => {
    await keep(priceOf({ previousClose: null }));
    expect(await lastKnown()).toEqual(priceOf({ previousClose: null }));
    await keep(priceOf());
    expect(await lastKnown()).toEqual(priceOf());
  });

  test('that no connection brought replace no newer ones', async () => {
    await keep(priceOf());
    const [older, same] = [priceOf({ price: decimal(8), at: NOON - 1 }), priceOf({ price: decimal(9) })];
    await keep(older, fencing, false);
    expect(await lastKnown()).toEqual(priceOf());
    await keep(same, fencing, false);
    expect(await lastKnown()).toEqual(same);
    await keep(older);
    expect(await lastKnown()).toEqual(older);
  });

  test('are there for the risk checks', async () => {
    await keep(priceOf());
    const seen: PlaceFacts[] = [];
    const query = {
      ...{ userId: user, key: 'other', duplicatesSince: 0, sessionId: null },
      intent: { ...requestOf(), timeInForce: 'day' as const, limitPrice: null, stopPrice: null },
    };
    await ledger
      .place(query, (facts) => {
        seen.push(facts);
        throw new Error('judged');
      })
      .catch(() => {});
    expect(seen[0]?.positions[0]?.lastKnown).toEqual(priceOf());
  });

  test('of a former engine are refused', async () => {
    await keep(priceOf());
    const former = fencing;
    await takeEngine(database.db);
    await expect(keep(priceOf({ price: decimal(1) }), former)).rejects.toThrow(FencedError);
    expect(await lastKnown()).toEqual(priceOf());
  });

  test('what a fill rests on is stored with its order', async () => {
    expect(await ledger.orders(user, { limit: 10 })).toMatchObject([
      { status: 'filled', fillBasis: 'last-trade' },
    ]);
  });
});
