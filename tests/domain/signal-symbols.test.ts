import { expect, test } from '@jest/globals';
import type { InstrumentDirectory } from '../../src/domain/instrument/directory.ts';
import type { DiscreetQuestions } from '../../src/domain/market/discreet.ts';
import type { ContractListing } from '../../src/domain/options/contract-listing.ts';
import { ruleOn } from '../../src/domain/signals/rules.ts';
import { createSymbolCheck, LOOK_UP_MS } from '../../src/domain/signals/symbol-check.ts';
import { TradecastError } from '../../src/protocol/errors.ts';
import { createManualClock } from '../support/manual-clock.ts';

const NOW = Date.parse('2026-01-02T15:00:00Z');
const CURRENT = 'O:AAPL260116C00200000';
const INVENTED = 'O:AAPL260116C00201000';

const listing: ContractListing['unlisted'] = async (symbols) =>
  new Set(symbols.filter((symbol) => symbol === INVENTED));

const unasked = (): never => {
  throw new Error('the directory is asked');
};

function check(
  get: InstrumentDirectory['get'],
  known?: boolean,
  unlisted = listing,
  { premium = false, exists = unasked }: { premium?: boolean; exists?: DiscreetQuestions['exists'] } = {},
) {
  const clock = createManualClock(NOW);
  const checkSignal = createSymbolCheck({
    instruments: { get, knows: () => known },
    contractListing: { unlisted },
    questions: { exists },
    marketTime: clock.now,
    clock,
  });
  return { check: (symbol: string) => checkSignal({ symbol, premium }), clock };
}
const unknown = { code: 'UNKNOWN_SYMBOL' };

test('what the directory knows is told without a question', async () => {
  expect(await check(unasked, true).check('AAPL')).toBeUndefined();
  await expect(check(unasked, false).check('NOPE')).resolves.toMatchObject(unknown);
});

test('what it has not been asked for is looked up', async () => {
  const found = check(async (symbol) => ({ symbol, name: symbol, type: 'CS' }));
  expect(await found.check('AAPL')).toBeUndefined();
  await expect(check(async () => null).check('NOPE')).resolves.toMatchObject(unknown);
});

test('a signal passes where the directory is away or slow', async () => {
  const away = check(async () => {
    throw new TradecastError('UNAVAILABLE', 'away');
  });
  expect(await away.check('AAPL')).toBeUndefined();
  const never = () => new Promise<never>(() => {});
  for (const symbol of ['AAPL', CURRENT]) {
    const slow = check(never, undefined, never);
    const checked = slow.check(symbol);
    slow.clock.advance(LOOK_UP_MS);
    expect(await checked).toBeUndefined();
  }
});

test('a contract must be listed and not have expired', async () => {
  const { check: checkContract } = check(unasked);
  expect(await checkContract(CURRENT)).toBeUndefined();
  await expect(checkContract(INVENTED)).resolves.toMatchObject(unknown);
  await expect(checkContract('O:AAPL251219C00200000')).resolves.toMatchObject({
    ...unknown,
    message: 'O:AAPL251219C00200000 has expired.',
  });
});

test('a symbol that is gone refuses no repeat of what was accepted while it was there', async () => {
  const refusal = await check(unasked, false).check('GONE');
  const time = new Date(NOW).toISOString();
  const body = { id: '1', symbol: 'GONE', action: 'buy', source: 'momentum', timestamp: time } as const;
  const signal = { body: { ...body, revision: 1, premium: false }, digest: 'd', refusal };
  expect(ruleOn(signal, [{ revision: 1, digest: 'd', premium: false }], NOW)).toBe('duplicate');
  expect(() => ruleOn(signal, [], NOW)).toThrow(expect.objectContaining(unknown));
});

test('the symbol of a premium signal is asked for discreetly, once, and neither the directory nor a chain hears of it', async () => {
  const asked: string[] = [];
  const premium = check(unasked, undefined, unasked, {
    premium: true,
    async exists(symbol) {
      asked.push(symbol);
      return symbol === 'AAPL' || symbol === CURRENT;
    },
  });
  for (const known of ['AAPL', 'AAPL', CURRENT, CURRENT]) expect(await premium.check(known)).toBeUndefined();
  for (const invented of ['NOPE', INVENTED]) expect(await premium.check(invented)).toMatchObject(unknown);
  expect(asked).toEqual(['AAPL', CURRENT, 'NOPE', INVENTED]);
});

test('a premium signal passes where the source is away or slow', async () => {
  const away = check(unasked, undefined, unasked, {
    premium: true,
    exists: () => Promise.reject(new TradecastError('NOT_IN_PLAN', 'no')),
  });
  expect(await away.check(CURRENT)).toBeUndefined();
  const slow = check(unasked, undefined, unasked, { premium: true, exists: () => new Promise(() => {}) });
  const checked = slow.check('AAPL');
  slow.clock.advance(LOOK_UP_MS);
  expect(await checked).toBeUndefined();
});
