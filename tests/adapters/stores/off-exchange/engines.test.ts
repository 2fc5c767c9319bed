import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestDatabase, KINDS, type TestDatabase } from '../../../../rig/database/database.ts';
import { silentLog } from '../../../../rig/log.ts';
import { until } from '../../../../rig/wait.ts';
import { createLocalBus } from '../../../../src/adapters/local/bus.ts';
import { createSumsStore } from '../../../../src/adapters/stores/off-exchange/sums.ts';
import { createMarketHours } from '../../../../src/domain/market/market-hours.ts';
import { REGULAR_SALE } from '../../../../src/domain/market/trade-effects.ts';
import { createOffExchangeKeeper } from '../../../../src/domain/off-exchange/keeper.ts';
import { systemClock } from '../../../../src/lib/clock.ts';
import { newYorkDate } from '../../../../src/protocol/new-york.ts';

/** An engine that believes to hold lease number `fencing` for as long as it lives. */
function engineOf({ db }: TestDatabase, source: string, fencing: number) {
  const store = createSumsStore(db, source);
  const keeper = createOffExchangeKeeper({
    bus: createLocalBus(silentLog),
    store,
    clock: systemClock,
    log: silentLog,
    hours: createMarketHours('always'),
    origin: 'simulated',
    sums: { minNotional: 0, tapeNotional: 100_000 },
    scope: () => ({ symbols: 'watched', quoted: 0, shed: 0, shedAt: null }),
    past: null,
    heardAt: Date.now,
    onRestored() {},
    flushIntervalMs: 50,
    current: () => fencing,
  });
  keeper.begin(fencing);
  keeper.tap.status({ state: 'live' });
  return {
    keeper,
    /** One share at a dollar. */
    print: (sequence: number, at = Date.now(), symbol = 'IBM') =>
      keeper.tap.trade({
        symbol,
        sourceTime: at,
        receivedAt: at,
        participantTime: at,
        price: 1,
        size: 1,
        decimalSize: '',
        exchange: 4,
        trf: 201,
        tradeId: '',
        sequence,
        effects: REGULAR_SALE,
      }),
    stored: (day = newYorkDate(Date.now())) => store.symbolDay('IBM', day),
    async prints(day?: string): Promise<number> {
      return (await this.stored(day)).minutes.reduce((sum, { prints }) => sum + prints, 0);
    },
  };
}

describe.each(KINDS)('the sums of engines on the %s database', (kind) => {
  let database: TestDatabase;
  const setLease = (fencing: number) =>
    database.db.query("UPDATE leases SET fencing = $1 WHERE name = 'engine'", [fencing]);
  beforeAll(async () => {
    database = await createTestDatabase(kind);
  });
  afterAll(() => database.close());

  test('are those of the committed prints after an engine was cut off, and what may be missing is told', async () => {
    await setLease(1);
    const killed = engineOf(database, 'killed', 1);
    for (let sequence = 1; sequence <= 100; sequence++) killed.print(sequence);
    await until(async () => (await killed.prints()) === 100, 'the first engine has stored them');

    await setLease(2);
    // From here on nothing of the first engine can be committed: these are lost, as by a kill.
    for (let sequence = 101; sequence <= 110; sequence++) killed.print(sequence);
    const next = engineOf(database, 'killed', 2);
    // Upstream sends a committed one again.
    next.print(100);
    next.print(111);
    await until(async () => (await next.prints()) === 101, 'the next engine has stored its own');
    await killed.keeper.end();
    await next.keeper.end();

    const { minutes, gaps } = await next.stored();
    expect(minutes.reduce((sum, { unknown }) => sum + unknown, 0n)).toBe(101n * 10n ** 12n);
    // The day before the first engine, and what the first one took with it.
    expect(gaps).toHaveLength(2);
    expect(gaps[1]!.to).toBeGreaterThan(gaps[1]!.from);
    expect(next.keeper.counters()).toMatchObject({ counted: 1, forgotten: 1 });
  });

  test('of a day end at midnight in New York', async () => {
    await setLease(3);
    const engine = engineOf(database, 'midnight', 3);
    const midnight = Date.parse('2026-07-02T04:00:00Z');
    engine.print(1, midnight - 2_000);
    engine.print(2, midnight - 1_000);
    engine.print(3, midnight + 1_000);
    await until(async () => (await engine.prints('2026-07-02')) === 1, 'the new day is stored');
    await engine.keeper.end();
    expect(await engine.prints('2026-07-01')).toBe(2);
  });

  test('of other symbols are stored where those of one hold a number that no column takes', async () => {
    await setLease(4);
    const engine = engineOf(database, 'refused', 4);
    const at = Date.now();
    engine.print(4938312.5, at, 'BAD');
    engine.print(1, at);
    await until(async () => (await engine.prints()) === 1, 'the good one is stored');
    engine.print(2, at);
    await until(async () => (await engine.prints()) === 2, 'the next good one is stored');
    await engine.keeper.end();
    const { gaps } = await engine.stored();
    const minute = at - (at % 60_000);
    expect(gaps).toContainEqual({ from: minute, to: minute + 60_000 });
  });
});
