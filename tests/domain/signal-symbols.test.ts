import { expect, test } from '@jest/globals';
import type { InstrumentDirectory } from '../../src/domain/instrument/directory.ts';
import { createSymbolCheck, LOOK_UP_MS } from '../../src/domain/signals/symbol-check.ts';
import { TradecastError } from '../../src/protocol/errors.ts';
import { createManualClock } from '../support/manual-clock.ts';

const NOW = Date.parse('2026-01-02T15:00:00Z');
const CURRENT = 'O:AAPL260116C00200000';
const INVENTED = 'O:AAPL260116C00201000';

function check(get: InstrumentDirectory['get'], known?: boolean) {
  const clock = createManualClock(NOW);
  const check = createSymbolCheck({
    instruments: { get, knows: () => known },
    contractListing: {
      unlisted: async (symbols) => new Set(symbols.filter((symbol) => symbol === INVENTED)),
    },
    marketTime: clock.now,
    clock,
  });
  return { check, clock };
}
const unasked = (): never => {
  throw new Error('the directory is asked');
};
const unknown = { code: 'UNKNOWN_SYMBOL' };

test('what the directory knows is told without a question', async () => {
  await check(unasked, true).check('AAPL');
  await expect(check(unasked, false).check('NOPE')).rejects.toMatchObject(unknown);
});

test('what it has not been asked for is looked up', async () => {
  await check(async (symbol) => ({ symbol, name: symbol, type: 'CS' })).check('AAPL');
  await expect(check(async () => null).check('NOPE')).rejects.toMatchObject(unknown);
});

test('a signal passes where the directory is away or slow', async () => {
  await check(async () => {
    throw new TradecastError('UNAVAILABLE', 'away');
  }).check('AAPL');
  const slow = check(() => new Promise(() => {}));
  const checked = slow.check('AAPL');
  slow.clock.advance(LOOK_UP_MS);
  await checked;
});

test('a contract must be listed and not have expired', async () => {
  const { check: checkContract } = check(unasked);
  await checkContract(CURRENT);
  await expect(checkContract(INVENTED)).rejects.toMatchObject(unknown);
  await expect(checkContract('O:AAPL251219C00200000')).rejects.toMatchObject({
    ...unknown,
    message: 'symbol: O:AAPL251219C00200000 has expired.',
  });
});
