import { describe, expect, test } from '@jest/globals';
import type { Quote } from '../../../src/domain/market/quote.ts';
import { isFresh, MAX_AHEAD_MS, MAX_QUIET_MS, quoteState } from '../../../src/domain/market/staleness.ts';

const NOW = Date.parse('2026-06-15T15:00:00Z');
const quote = (fields: Partial<Quote> = {}): Quote => ({
  symbol: 'AAPL',
  price: 100,
  volume: 1,
  sourceTime: NOW,
  receivedAt: NOW,
  state: 'live',
  ...fields,
});

describe('an order may rest on a quote', () => {
  test.each(['live', 'simulated', 'replay'] as const)('that is %s', (state) => {
    expect(isFresh(quote({ state }), NOW)).toBe(true);
  });

  test('of a quiet symbol, for some minutes', () => {
    expect(isFresh(quote({ receivedAt: NOW - MAX_QUIET_MS }), NOW)).toBe(true);
    expect(isFresh(quote({ receivedAt: NOW - MAX_QUIET_MS - 1 }), NOW)).toBe(false);
  });

  test('whose recorded source time is years ago, in a replay', () => {
    expect(isFresh(quote({ state: 'replay', sourceTime: Date.parse('2013-10-08T15:00:00Z') }), NOW)).toBe(
      true,
    );
  });
});

describe('an order may not rest on', () => {
  test('no quote', () => expect(isFresh(undefined, NOW)).toBe(false));

  test.each(['stale', 'closed', 'delayed'] as const)('a %s quote', (state) => {
    expect(isFresh(quote({ state }), NOW)).toBe(false);
  });

  test('a quote with an impossible number in it', () => {
    expect(isFresh(quote({ receivedAt: Number.NaN }), NOW)).toBe(false);
    expect(isFresh(quote({ price: Number.NaN }), NOW)).toBe(false);
    expect(isFresh(quote({ price: 0 }), NOW)).toBe(false);
    expect(isFresh(quote(), Number.NaN)).toBe(false);
  });

  test('a quote from the future', () => {
    expect(isFresh(quote({ receivedAt: NOW + MAX_AHEAD_MS + 1 }), NOW)).toBe(false);
  });
});

test('staleness is told before the closing bell, the bell before the plan', () => {
  expect(quoteState('market', 'down', true, 'closed')).toBe('stale');
  expect(quoteState('market', 'live', false, 'regular')).toBe('stale');
  expect(quoteState('market', 'delayed', true, 'closed')).toBe('closed');
  expect(quoteState('market', 'delayed', true, 'pre')).toBe('delayed');
  expect(quoteState('market', 'live', true, 'post')).toBe('live');
  expect(quoteState('replay', 'live', true, 'closed')).toBe('replay');
  expect(quoteState('simulated', 'ended', true, 'regular')).toBe('stale');
});
