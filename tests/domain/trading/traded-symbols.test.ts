import { expect, jest, test } from '@jest/globals';
import { silentLog } from '../../../rig/log.ts';
import {
  followTradedSymbols,
  TRADED_SYMBOLS_INTERVAL_MS,
} from '../../../src/domain/trading/traded-symbols.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { NOON } from '../../support/trading.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('what is in the books is wanted from the start on and followed until the end, through a database that is away', async () => {
  const clock = createManualClock(NOON);
  const warn = jest.fn();
  let symbols: string[] | null = ['AAPL'];
  const requested: string[][] = [];
  const stop = await followTradedSymbols({
    ledger: {
      async tradedSymbols() {
        if (!symbols) throw new Error('away');
        return symbols;
      },
    },
    demand: { set: (_part, wanted) => requested.push([...wanted]) },
    clock,
    log: { ...silentLog, warn },
  });
  expect(requested).toEqual([['AAPL']]);

  for (const next of [['AAPL', 'MSFT'], null, ['MSFT']]) {
    symbols = next;
    clock.advance(TRADED_SYMBOLS_INTERVAL_MS);
    await turn();
  }
  expect(requested).toEqual([['AAPL'], ['AAPL', 'MSFT'], ['MSFT']]);
  expect(warn).toHaveBeenCalledTimes(1);

  stop();
  expect(clock.pending()).toBe(0);
});
