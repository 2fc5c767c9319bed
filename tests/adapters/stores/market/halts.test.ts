import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestDatabase, KINDS, type TestDatabase } from '../../../../rig/database/database.ts';
import { createHaltStore } from '../../../../src/adapters/stores/market/halts.ts';
import { FencedError } from '../../../../src/domain/engine/fenced.ts';
import { takeEngine } from '../../../support/trading.ts';

const NOON = Date.parse('2026-06-15T16:00:00.123Z');

describe.each(KINDS)('trading halts on %s', (kind) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase(kind);
  });
  afterAll(() => database.close());

  test('stand for the next engine until they end, each feed with its own', async () => {
    const store = createHaltStore(database.db, 'massive');
    const others = createHaltStore(database.db, 'simulated');
    const fencing = await takeEngine(database.db);
    await store.keep(
      fencing,
      new Map([
        ['IBM', NOON - 1],
        ['BRK.B', NOON],
        ['SPY', null],
      ]),
    );
    await store.keep(fencing, new Map([['IBM', NOON + 1]]));
    await others.keep(fencing, new Map([['IBM', NOON]]));

    const next = await takeEngine(database.db);
    await expect(store.keep(fencing, new Map([['IBM', null]]))).rejects.toThrow(FencedError);
    await expect(store.load(fencing, 0)).rejects.toThrow(FencedError);
    expect(await store.load(next, 0)).toEqual(
      new Map([
        ['BRK.B', NOON],
        ['IBM', NOON + 1],
      ]),
    );
    await store.keep(next, new Map([['BRK.B', null]]));
    expect(await store.load(next, 0)).toEqual(new Map([['IBM', NOON + 1]]));
    expect(await store.load(next, NOON + 2)).toEqual(new Map());
    expect(await store.load(next, 0)).toEqual(new Map());
    expect(await others.load(next, 0)).toEqual(new Map([['IBM', NOON]]));
  });
});
