import { expect, jest, test } from '@jest/globals';
import { silentLog } from '../../../rig/log.ts';
import {
  followTradedSymbols,
  TRADED_SYMBOLS_INTERVAL_MS,
} from '../../../src/domain/trading/traded-symbols.ts';
import { createEmitter } from '../../../src/lib/emitter.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { NOON } from '../../support/trading.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** The lease of a replica, without a database. */
function createTestLease(first: number | null) {
  const changes = createEmitter<[number | null]>();
  let fencing = first;
  let other: string | null = 'other';
  return {
    current: () => fencing,
    engine: () => (fencing === null ? other : 'this'),
    /** Nobody knows who is the engine. */
    vacate() {
      other = null;
    },
    onChange: changes.on,
    set(next: number | null) {
      fencing = next;
      changes.emit(next);
    },
  };
}

async function follow(first: number | null, read: () => Promise<string[]>) {
  const clock = createManualClock(NOON);
  const lease = createTestLease(first);
  const warn = jest.fn();
  const requested: string[][] = [];
  const stop = await followTradedSymbols({
    ledger: { tradedSymbols: read },
    lease,
    demand: { set: (_part, wanted) => requested.push([...wanted]) },
    clock,
    log: { ...silentLog, warn },
  });
  const pass = async () => {
    clock.advance(TRADED_SYMBOLS_INTERVAL_MS);
    await turn();
  };
  return { clock, lease, warn, requested, stop, pass };
}

test('what is in the books is wanted from the start on and followed until the end, through a database that is away', async () => {
  let symbols: string[] | null = ['AAPL'];
  const { clock, warn, requested, stop, pass } = await follow(1, async () => {
    if (!symbols) throw new Error('away');
    return symbols;
  });
  expect(requested).toEqual([['AAPL']]);

  for (const next of [['AAPL', 'MSFT'], null, ['MSFT']]) {
    symbols = next;
    await pass();
  }
  expect(requested).toEqual([['AAPL'], ['AAPL', 'MSFT'], ['MSFT']]);
  expect(warn).toHaveBeenCalledTimes(1);

  stop();
  expect(clock.pending()).toBe(0);
});

test('a replica that is not the engine reads the books as it starts and never again, until it is the engine; what it wanted stays until there is another', async () => {
  const read = jest.fn(async () => ['AAPL']);
  const { lease, requested, stop, pass } = await follow(null, read);
  for (let round = 0; round < 3; round++) await pass();
  expect(read).toHaveBeenCalledTimes(1);
  expect(requested).toEqual([['AAPL'], [], [], []]);

  lease.set(7);
  await turn();
  expect(requested.at(-1)).toEqual(['AAPL']);
  lease.set(null);
  await pass();
  expect(read).toHaveBeenCalledTimes(2);
  expect(requested.at(-1)).toEqual([]);
  lease.vacate();
  lease.set(9);
  await turn();
  lease.set(null);
  await pass();
  expect(read).toHaveBeenCalledTimes(3);
  expect(requested.at(-1)).toEqual(['AAPL']);
  stop();
  lease.set(8);
  await turn();
  expect(read).toHaveBeenCalledTimes(3);
});
