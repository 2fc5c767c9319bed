/** @jest-environment node */

import { describe, expect, test } from '@jest/globals';
import { changesOf, resultOf, tradeOf } from '../../../../dashboard/src/features/signals/figures.ts';
import { guardPrice, isPastGuard } from '../../../../dashboard/src/lib/price-guard.ts';
import { signalOf } from '../../support/signals.ts';

const NOW = Date.parse('2026-11-20T15:00:00.000Z');
const facts = { present: { price: 231, bid: 230.99, ask: 231.01 }, guardPercent: 0.5, held: 0, now: NOW };
const signal = (part: Partial<Parameters<typeof signalOf>[0]> = {}) => signalOf({ id: 'a', seq: 1, ...part });

describe('the result so far', () => {
  test('is what following at the signal’s price would have brought, to either side', () => {
    expect(resultOf(signal({ price: 220 }), { price: 231 })).toEqual({ value: expect.closeTo(5, 9) });
    expect(resultOf(signal({ price: 220, action: 'sell' }), { price: 231 })).toEqual({
      value: expect.closeTo(-5, 9),
    });
  });

  test('is not made up where a price is missing, and a close has none', () => {
    expect(resultOf(signal({ price: undefined }), { price: 231 })).toEqual({
      reason: 'The source named no price.',
    });
    expect(resultOf(signal(), undefined)).toEqual({ reason: 'No price of AAPL is here yet.' });
    expect(resultOf(signal({ action: 'close' }), { price: 231 })).toEqual({
      reason: 'A close opens nothing, so it has no result.',
    });
  });
});

describe('the price guard', () => {
  test.each([
    ['buy', 230, 0.5, 231.15],
    ['sell', 230, 0.5, 228.85],
    ['buy', 33.33, 0.1, 33.36],
    ['sell', 33.33, 0.1, 33.3],
    ['buy', 0.8125, 1, 0.8206],
    ['sell', 0.8125, 1, 0.8044],
  ] as const)('of a %s at %d with %d %% is %d, never beyond it', (side, price, percent, limit) => {
    expect(guardPrice(side, price, percent)).toBe(limit);
  });

  test('says where the market has left it behind', () => {
    expect(isPastGuard({ side: 'buy', price: '231' }, { ask: 231.01 })).toBe(true);
    expect(isPastGuard({ side: 'buy', price: '231.01' }, { ask: 231.01 })).toBe(false);
    expect(isPastGuard({ side: 'sell', price: '231' }, { bid: 230.99 })).toBe(true);
    expect(isPastGuard({ side: 'sell', price: '231' }, undefined)).toBe(false);
  });
});

describe('the order that a signal suggests', () => {
  test('is a limit order at the guard, with the quantity of the source where it is whole', () => {
    expect(tradeOf(signal({ quantity: 25 }), facts)).toEqual({
      symbol: 'AAPL',
      side: 'buy',
      quantity: '25',
      price: '231.15',
      note: 'From a signal of alpha. The limit is at most 231.15: 0.5 % from its price of 230.00.',
    });
    expect(tradeOf(signal({ quantity: 2.5, action: 'sell' }), facts)).toMatchObject({
      side: 'sell',
      quantity: '',
      price: '228.85',
    });
  });

  test('takes the quote where the source named no price, and what is held for a close', () => {
    expect(tradeOf(signal({ price: undefined }), facts)).toMatchObject({ price: '232.16' });
    expect(tradeOf(signal({ action: 'close' }), { ...facts, held: 40 })).toMatchObject({
      side: 'sell',
      quantity: '40',
    });
  });

  test.each([
    [{ action: 'close' }, facts, 'You hold no AAPL.'],
    [{ expiresAt: '2026-11-20T15:00:00.000Z' }, facts, 'This signal has expired.'],
    [{ symbol: 'O:SPY261218C00650000' }, facts, expect.stringContaining('option')],
    [
      { price: undefined },
      { ...facts, present: undefined },
      'Neither the signal nor the market has a price of AAPL yet.',
    ],
  ] as const)('is none for %j', (part, given, reason) => {
    expect(tradeOf(signal(part), given)).toEqual({ reason });
  });
});

test('an edit is told by what it changed', () => {
  const before = signal({ stopPrice: 220 });
  expect(changesOf(signal({ revision: 2, price: 231, targetPrice: 250 }), before)).toBe(
    'Changed: price 230.00 → 231.00, stop 220.00 → none, target none → 250.00.',
  );
  expect(changesOf(signal({ revision: 2, text: 'Why' }), signal())).toBe('Changed: its text.');
  expect(
    changesOf(signal({ revision: 2, confidence: 0.9, quantity: 2.5 }), signal({ confidence: 0.2 })),
  ).toBe('Changed: quantity none → 2.5, confidence 20.0% → 90.0%.');
  expect(
    changesOf(
      signal({ revision: 2, symbol: 'MSFT', price: 231, text: 'Why', expiresAt: '2026-11-20T16:00:00.000Z' }),
      signal(),
    ),
  ).toMatch(
    /^Changed: symbol AAPL → MSFT, price 230\.00 → 231\.00, expiry none → \w+ 20 Nov, \d\d:00 \S+, its text\.$/,
  );
  expect(changesOf(signal({ revision: 2 }), signal())).toBe('Nothing that is shown was changed.');
  expect(changesOf(signal({ revision: 2 }), null)).toBeNull();
});
