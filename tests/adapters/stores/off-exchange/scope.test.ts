import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createTestDatabase, KINDS, type TestDatabase } from '../../../../rig/database/database.ts';
import { silentLog } from '../../../../rig/log.ts';
import { until } from '../../../../rig/wait.ts';
import { createLocalBus } from '../../../../src/adapters/local/bus.ts';
import { createSumsStore } from '../../../../src/adapters/stores/off-exchange/sums.ts';
import { createMarketHours } from '../../../../src/domain/market/market-hours.ts';
import { completenessOf } from '../../../../src/domain/off-exchange/completeness.ts';
import { createOffExchangeKeeper } from '../../../../src/domain/off-exchange/keeper.ts';
import type { SummedSymbols } from '../../../../src/domain/off-exchange/sums-scope.ts';
import { newYorkTime } from '../../../../src/protocol/new-york.ts';
import { createManualClock } from '../../../support/manual-clock.ts';
import { trade } from '../../../support/ticks.ts';

const MONDAY = '2026-06-15';
const HOUR_MS = 3_600_000;
/** Between two engines. */
const CHANGE_MS = 60_000;
const OPENING = newYorkTime(MONDAY, 4 * 60);
const CLOSING = newYorkTime(MONDAY, 20 * 60);
const hours = createMarketHours('us-equities');

describe.each(KINDS)('DARKPOOL_SYMBOLS changed within a day, on the %s database', (kind) => {
  let database: TestDatabase;
  let clock: ReturnType<typeof createManualClock>;
  let fencing = 0;
  let sequence = 0;
  beforeAll(async () => {
    database = await createTestDatabase(kind);
  });
  beforeEach(async () => {
    clock = createManualClock(OPENING - 5 * 60_000);
    for (const table of ['symbols', 'minutes', 'gaps', 'coverage', 'follows', 'whole_market'])
      await database.db.query(`DELETE FROM off_exchange_${table}`);
  });
  afterAll(() => database.close());

  const store = () => createSumsStore(database.db, 'massive');
  /** An engine of some hours that sums these symbols and counts one print of each. Returns when it began. */
  async function engine(symbols: SummedSymbols, printed: readonly string[], durationMs = 3 * HOUR_MS) {
    fencing += 1;
    const lease = fencing;
    await database.db.query("UPDATE leases SET fencing = $1 WHERE name = 'engine'", [lease]);
    let isRestored = false;
    const keeper = createOffExchangeKeeper({
      bus: createLocalBus(silentLog),
      store: store(),
      clock,
      log: silentLog,
      hours,
      origin: 'market',
      sums: { minNotional: 0, tapeNotional: 100_000 },
      scope: () => ({ symbols, quoted: 0, shed: 0, shedAt: null }),
      past: null,
      heardAt: clock.now,
      onRestored() {
        isRestored = true;
      },
      flushIntervalMs: 50,
      current: () => lease,
    });
    const begunAt = clock.now();
    keeper.begin(lease);
    keeper.tap.status({ state: 'live' });
    await until(() => isRestored, 'the sums are read');
    if (symbols === 'watched') for (const symbol of printed) keeper.tap.confirmed(symbol, true);
    clock.advance(durationMs);
    for (const symbol of printed) {
      sequence += 1;
      const own = { exchange: 4, trf: 202, tradeId: String(sequence), sequence };
      keeper.tap.trade(trade({ symbol, price: 10, sourceTime: clock.now(), ...own }));
    }
    await keeper.stop();
    clock.advance(CHANGE_MS);
    return begunAt;
  }
  const completeness = async (symbol: string, now = clock.now()) => {
    const stored = await store().symbolDay(symbol, MONDAY);
    const known = completenessOf(stored, { day: MONDAY, now, isFlowing: true, hours });
    return { ...known, followedSince: stored.followedSince };
  };

  test('to every symbol sums those that nobody followed from then on', async () => {
    await engine('watched', ['AAPL']);
    const begunAt = await engine('*', ['AAPL', 'XYZ']);
    expect((await completeness('AAPL')).summedSince).toBeNull();
    const { summedSince, followedSince } = await completeness('XYZ');
    expect([Math.abs(summedSince! - begunAt) < 1_000, followedSince]).toEqual([true, null]);
  });

  test('to the watched ones leaves a gap of the others, and the watched ones are whole', async () => {
    await engine('*', ['AAPL', 'XYZ']);
    const begunAt = await engine('watched', ['AAPL']);
    const [apple, other] = [await completeness('AAPL'), await completeness('XYZ')];
    // Only the time between the two engines.
    expect(apple).toMatchObject({ summedSince: null, gaps: [{ to: expect.any(Number) }] });
    expect(apple.gaps[0]!.to).toBeLessThanOrEqual(begunAt);
    expect(other).toMatchObject({ summedSince: null, gaps: [{ to: clock.now() }] });
    expect(other.gaps[0]!.from).toBe(apple.gaps[0]!.from);
    // On a later day as well.
    expect((await completeness('XYZ', clock.now() + 24 * HOUR_MS)).gaps).toEqual([
      { from: other.gaps[0]!.from, to: CLOSING },
    ]);
  });

  test('there and back leaves no symbol that claims a time in which it was not summed', async () => {
    await engine('watched', ['AAPL']);
    const whole = await engine('*', ['AAPL', 'XYZ']);
    await engine('watched', ['AAPL']);
    const { gaps, summedSince } = await completeness('XYZ');
    expect([Math.abs(summedSince! - whole) < 1_000, gaps.at(-1)!.to]).toEqual([true, clock.now()]);
    const again = await engine('*', ['AAPL', 'XYZ']);
    expect(Math.abs((await completeness('XYZ')).summedSince! - again)).toBeLessThan(1_000);
    expect((await completeness('AAPL')).summedSince).toBeNull();
  });

  test('over night leaves nothing to tell', async () => {
    await engine('watched', ['AAPL'], 17 * HOUR_MS);
    clock.advance(7 * HOUR_MS);
    await engine('*', ['AAPL', 'XYZ']);
    const rows = await database.db.query('SELECT * FROM off_exchange_whole_market');
    expect(rows).toEqual([]);
  });
});
