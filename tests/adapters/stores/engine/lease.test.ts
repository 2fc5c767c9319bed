import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createTestClock, type TestClock } from '../../../../rig/clock.ts';
import { createTestDatabase, type TestDatabase } from '../../../../rig/database/database.ts';
import { silentLog } from '../../../../rig/log.ts';
import { createLocalBus } from '../../../../src/adapters/local/bus.ts';
import type { Database } from '../../../../src/adapters/sql/database.ts';
import { createDatabaseLease } from '../../../../src/adapters/stores/engine/lease.ts';
import type { Bus } from '../../../../src/domain/bus/bus.ts';
import type { EngineLease } from '../../../../src/domain/engine/lease.ts';
import type { Clock } from '../../../../src/lib/clock.ts';
import { eventually, takeEngine } from '../../../support/trading.ts';

let database: TestDatabase;
let clock: TestClock;
let leases: EngineLease[];
let bus: Bus;
const leaseOf = (replica: string, db: Database = database.db): EngineLease => {
  const lease = createDatabaseLease({ db, bus, replica, clock, log: silentLog });
  leases.push(lease);
  return lease;
};
/** The database's own clock decides when a lease is over; this lets it be over. */
const runOut = () => database.db.query("UPDATE leases SET expires_at = now() - interval '1 second'", []);

const cases = () => {
  beforeEach(async () => {
    clock = createTestClock();
    leases = [];
    bus = createLocalBus(silentLog);
    await runOut();
  });
  afterEach(() => Promise.all(leases.map((lease) => lease.stop())));
  afterAll(() => database.close());
};

describe('the engine lease on postgres', () => {
  beforeAll(async () => {
    database = await createTestDatabase('postgres');
  });
  cases();

  test('has one replica, and the other knows which', async () => {
    const [a, b] = [leaseOf('a'), leaseOf('b')];
    await a.start();
    await b.start();
    expect(a.current()).toBeGreaterThan(0);
    expect([b.current(), b.engine()]).toEqual([null, 'a']);
  });

  test('is handed over at stop, under a higher number', async () => {
    const [a, b] = [leaseOf('a'), leaseOf('b')];
    await a.start();
    await b.start();
    const before = a.current()!;
    const heard: (number | null)[] = [];
    a.onChange((fencing) => heard.push(fencing));
    await a.stop();
    await eventually(() => {
      clock.advance(2_000);
      expect(b.current()).toBeGreaterThan(before);
    });
    expect(heard).toEqual([null]);
  });

  test('is lost by a replica whose number is no longer the newest', async () => {
    const a = leaseOf('a');
    await a.start();
    await takeEngine(database.db);
    const heard: (number | null)[] = [];
    a.onChange((fencing) => heard.push(fencing));
    await eventually(() => {
      clock.advance(2_000);
      expect(heard[0]).toBeNull();
    });
  });

  test('passes to another replica when it was not renewed for too long', async () => {
    const [a, b] = [leaseOf('a'), leaseOf('b')];
    await a.start();
    const before = a.current()!;
    await runOut();
    await b.start();
    expect(b.current()).toBe(before + 1);
    await eventually(() => {
      clock.advance(2_000);
      expect(a.current()).toBeNull();
    });
  });

  test('ends in time for an engine that cannot reach the database', async () => {
    let reachable = true;
    const cut: Database = {
      ...database.db,
      query: (sql, params) =>
        reachable ? database.db.query(sql, params) : Promise.reject(new Error('unreachable')),
    };
    const a = leaseOf('a', cut);
    await a.start();
    reachable = false;
    clock.advance(1_900);
    expect(a.current()).not.toBeNull();
    await eventually(() => {
      clock.advance(1_000);
      expect(a.current()).toBeNull();
    });
    reachable = true;
  });
});

/** Time that can be pushed while no timer runs: what a stalled process finds on waking. */
function stopped(): Clock & { pass(ms: number): void } {
  let passed = 0;
  return {
    now: () => Date.now() + passed,
    after: () => () => {},
    every: () => () => {},
    pass(ms) {
      passed += ms;
    },
  };
}

describe('the lease of a stalled engine', () => {
  beforeAll(async () => {
    database = await createTestDatabase('postgres');
  });
  cases();
  const startOn = (own: Clock, db: Database = database.db) => {
    const lease = createDatabaseLease({ db, bus, replica: 'a', clock: own, log: silentLog });
    leases.push(lease);
    return lease;
  };

  test('is over at the first look after waking, before any timer has run', async () => {
    const own = stopped();
    const a = startOn(own);
    await a.start();
    own.pass(4_900);
    expect(a.current()).toBeGreaterThan(0);
    own.pass(100);
    expect(a.current()).toBeNull();
  });

  test('ends for the engine before another replica can have it', async () => {
    const own = stopped();
    const a = startOn(own);
    await a.start();
    own.pass(5_000);
    const [row] = await database.db.query<{ left: number }>(
      "SELECT extract(epoch FROM expires_at - now())::float8 * 1000 - 5000 AS left FROM leases WHERE name = 'engine'",
      [],
    );
    expect(a.current()).toBeNull();
    expect(row!.left).toBeGreaterThan(0);
  });

  test('is not granted by an answer that was under way for longer than the lease', async () => {
    const own = stopped();
    const slow: Database = {
      ...database.db,
      async query<Row>(sql: string, params?: readonly unknown[]) {
        const rows = await database.db.query<Row>(sql, params);
        own.pass(10_000);
        return rows;
      },
    };
    const a = startOn(own, slow);
    const heard: (number | null)[] = [];
    a.onChange((fencing) => heard.push(fencing));
    await a.start();
    expect([a.current(), heard]).toEqual([null, []]);
  });

  test('does not come back under its old number through a renewal it asked for before', async () => {
    const own = createTestClock();
    const answers: (() => void)[] = [];
    let asked = 0;
    const slow: Database = {
      ...database.db,
      async query<Row>(sql: string, params?: readonly unknown[]) {
        asked += 1;
        const rows = await database.db.query<Row>(sql, params);
        // The first renewal alone: the end of the test waits for those of later.
        if (sql.includes('holder = $2 RETURNING') && answers.length === 0)
          await new Promise<void>((resolve) => answers.push(resolve));
        asked -= 1;
        return rows;
      },
    };
    const a = startOn(own, slow);
    const heard: (number | null)[] = [];
    await a.start();
    const before = a.current()!;
    a.onChange((fencing) => heard.push(fencing));
    own.advance(2_000);
    await eventually(() => expect(answers).toHaveLength(1));
    own.advance(10_000);
    expect([a.current(), heard]).toEqual([null, [null]]);
    answers[0]!();
    await eventually(() => {
      // Time that passed while it asks would make that answer late as well.
      if (asked === 0 && heard.length === 1) own.advance(1_000);
      expect(heard).toEqual([null, before + 1]);
    });
  });
});

describe('a lease that is released', () => {
  beforeAll(async () => {
    database = await createTestDatabase('postgres');
  });
  cases();

  test('passes at once to a replica that receives the notice, without waiting for its next look', async () => {
    const [a, b] = [leaseOf('a'), leaseOf('b')];
    await a.start();
    await b.start();
    const won = new Promise((resolve) => b.onChange(resolve));
    const before = a.current()!;
    await a.stop();
    expect(await won).toBe(before + 1);
  });
});

describe('the engine lease on embedded', () => {
  beforeAll(async () => {
    database = await createTestDatabase('embedded');
  });
  cases();

  test('is free at every start, also right after a crash', async () => {
    const crashed = leaseOf('old');
    await crashed.start();
    const before = crashed.current()!;
    const restarted = leaseOf('new');
    await restarted.start();
    expect(restarted.current()).toBe(before + 1);
  });
});
