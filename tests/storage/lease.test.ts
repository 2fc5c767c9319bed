import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Database } from '../../src/adapters/database/database.ts';
import { createDatabaseLease } from '../../src/adapters/database/lease.ts';
import type { EngineLease } from '../../src/domain/cluster/lease.ts';
import { createTestClock, type TestClock } from '../support/clock.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { silentLog } from '../support/log.ts';
import { eventually, takeEngine } from '../support/trading.ts';

let database: TestDatabase;
let clock: TestClock;
let leases: EngineLease[];
const leaseOf = (replica: string, db: Database = database.db): EngineLease => {
  const lease = createDatabaseLease({ db, replica, clock, log: silentLog });
  leases.push(lease);
  return lease;
};
/** The database's own clock decides when a lease is over; this lets it be over. */
const runOut = () => database.db.query("UPDATE leases SET expires_at = now() - interval '1 second'", []);

const cases = () => {
  beforeEach(async () => {
    clock = createTestClock();
    leases = [];
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

  test('is held by one replica, and the other knows by whom', async () => {
    const [a, b] = [leaseOf('a'), leaseOf('b')];
    await a.start();
    await b.start();
    expect(a.current()).toBeGreaterThan(0);
    expect([b.current(), b.holder()]).toEqual([null, 'a']);
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

  test('passes to another when its holder has been silent for too long', async () => {
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

  test('is given up in time by a holder that cannot reach the database', async () => {
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
