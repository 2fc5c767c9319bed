import { describe, expect, test } from '@jest/globals';
import type { Quote } from '../../../src/domain/market/quote.ts';
import { fitnessOf } from '../../../src/domain/trading/fit.ts';
import { NOON, quoteOf, SPREADS } from '../../support/trading.ts';

const MINUTES = 60_000;

/** What a purchase would pay, a sale would bring, and the fault, a quarter of a second after the quote. */
function worth(changes: Partial<Quote>, later = 250) {
  const { buy, sell, fault } = fitnessOf(quoteOf('AAPL', changes), NOON + later, SPREADS);
  return [buy?.toString() ?? null, sell?.toString() ?? null, fault];
}

describe('a quote of the market now', () => {
  test('is traded on at its ask and its bid', () => {
    expect(worth({})).toEqual(['100.1', '99.9', null]);
  });

  test('is traded on where bid and ask are the same', () => {
    expect(worth({ bid: 100, ask: 100 })).toEqual(['100', '100', null]);
  });

  test.each(['live', 'simulated', 'replay'] as const)('may be of the state %s', (state) => {
    expect(worth({ state })).toEqual(['100.1', '99.9', null]);
  });

  test('serves one direction where the other side is missing, and never the last price', () => {
    expect(worth({ bid: undefined, ask: 9.5, price: 10 })).toEqual(['9.5', null, null]);
    expect(worth({ bid: 99.9, ask: undefined })).toEqual([null, '99.9', null]);
    expect(worth({ bid: undefined, ask: undefined })).toEqual([null, null, null]);
  });

  test.each([Number.NaN, 0, -1, Number.POSITIVE_INFINITY])('has no ask where it is %s', (ask) => {
    expect(worth({ ask })).toEqual([null, '99.9', null]);
  });
});

describe('a quote that is nobody’s price', () => {
  test.each<[bid: number, ask: number, last: number]>([
    [0.01, 199_999.99, 50],
    [0.01, 5_000, 50],
    [45, 55, 50],
    [0.0001, 0.0002, 0.0001],
  ])('(%s by %s) is too wide', (bid, ask, price) => {
    expect(worth({ bid, ask, price })).toEqual([null, null, 'wide']);
  });

  test.each<[bid: number, ask: number]>([
    [10.01, 10],
    [150, 99],
  ])('(%s by %s) is crossed', (bid, ask) => {
    expect(worth({ bid, ask })).toEqual([null, null, 'crossed']);
  });
});

describe('a quote far from the last trade of today', () => {
  const last = { price: 50 };

  test.each<[what: string, sides: Partial<Quote>]>([
    ['no bid and a stub for an ask, too cheap', { bid: undefined, ask: 0.02 }],
    ['no bid and a stub for an ask, too dear', { bid: undefined, ask: 199_999.99 }],
    ['no ask and a stub for a bid, too dear', { bid: 99, ask: undefined }],
    ['no ask and a stub for a bid, too cheap', { bid: 0.01, ask: undefined }],
    ['narrow, and far below', { bid: 30, ask: 30.01 }],
    ['narrow, and far above', { bid: 70, ask: 70.01 }],
    ['with one side that is far', { bid: 44.99, ask: 47 }],
  ])('(%s) serves neither side', (_, sides) => {
    expect(worth({ ...last, ...sides })).toEqual([null, null, 'off-market']);
  });

  test.each<[price: number, touch: number, fits: boolean]>([
    [10, 8, true],
    [10, 7.99, false],
    [25, 30, true],
    [25, 30.01, false],
    [50, 45, true],
    [50, 55.01, false],
    [100, 94, true],
    [100, 93.99, false],
    [100, 106.01, false],
  ])('is measured by the level of that trade: %s and %s', (price, touch, fits) => {
    const fault = fits ? null : 'off-market';
    expect(worth({ price, bid: touch, ask: touch })[2]).toBe(fault);
    expect(worth({ price, bid: touch, ask: undefined })[2]).toBe(fault);
  });
});

describe('while no trade of today has come over the connection', () => {
  test.each<[since: string, changes: Partial<Quote>]>([
    ['the connection began', { priceReceivedAt: undefined }],
    ['the day began', { priceReceivedAt: NOON - 24 * 60 * MINUTES }],
  ])('(since %s) a narrow quote with both sides serves, and one side alone does not', (_, changes) => {
    const quote = { ...changes, price: 50 };
    expect(worth({ ...quote, bid: 30, ask: 30.01 })).toEqual(['30.01', '30', null]);
    expect(worth({ ...quote, bid: undefined, ask: 50 })).toEqual([null, null, 'off-market']);
    expect(worth({ ...quote, bid: 50, ask: undefined })).toEqual([null, null, 'off-market']);
  });
});

describe('the widest spread', () => {
  test.each<[level: string, bid: number, ask: number, fits: boolean]>([
    ['to $25', 9, 11, true],
    ['to $25', 8.99, 11, false],
    ['at $25', 22.5, 27.5, true],
    ['to $50', 22.51, 27.51, false],
    ['to $50', 38, 42, true],
    ['to $50', 37.99, 42, false],
    ['at $50', 47.5, 52.5, true],
    ['above', 47.51, 52.51, false],
    ['above', 97, 103, true],
    ['above', 96.99, 103, false],
    ['above', 970, 1_030, true],
  ])('%s: %s by %s', (_level, bid, ask, fits) => {
    expect(worth({ bid, ask, priceReceivedAt: undefined })[2]).toBe(fits ? null : 'wide');
  });
});

describe('bid and ask', () => {
  test('of minutes ago serve nothing, however new the last trade is', () => {
    const trade = { receivedAt: NOON + 6 * MINUTES, priceReceivedAt: NOON + 6 * MINUTES, price: 150 };
    expect(worth(trade, 6 * MINUTES)).toEqual([null, null, 'stale']);
    expect(worth({ ...trade, price: 101 }, 5 * MINUTES)).toEqual(['100.1', '99.9', null]);
  });

  test('that no connection has brought serve nothing', () => {
    expect(worth({ nbboReceivedAt: undefined })).toEqual([null, null, null]);
  });

  test('from far in the future serve nothing', () => {
    expect(worth({ nbboReceivedAt: NOON + 2 * MINUTES })).toEqual([null, null, 'stale']);
  });
});

test.each(['stale', 'closed', 'delayed'] as const)('a quote that is %s serves nothing', (state) => {
  expect(worth({ state })).toEqual([null, null, 'stale']);
  expect(worth({ state, lastOnly: true })).toEqual([null, null, 'stale']);
});

test('no quote serves nothing', () => {
  expect(fitnessOf(undefined, NOON, SPREADS)).toMatchObject({ buy: null, sell: null, fault: 'stale' });
});

describe('on a feed without bid and ask', () => {
  const lastOnly = { lastOnly: true, bid: undefined, ask: undefined, nbboReceivedAt: undefined } as const;

  test('both sides are the last trade', () => {
    expect(worth({ ...lastOnly, price: 100.25 })).toEqual(['100.25', '100.25', null]);
    expect(fitnessOf(quoteOf('AAPL', lastOnly), NOON, SPREADS).basis).toBe('last');
  });

  test('a price that no trade of the connection has made serves nothing, nor one of minutes ago', () => {
    expect(worth({ ...lastOnly, priceReceivedAt: undefined })).toEqual([null, null, 'stale']);
    expect(worth({ ...lastOnly, receivedAt: NOON + 6 * MINUTES }, 6 * MINUTES)).toEqual([
      null,
      null,
      'stale',
    ]);
  });
});

test('a quote of a halted symbol serves nothing, however fresh it is', () => {
  expect(worth({ halted: true })).toEqual([null, null, 'halted']);
  expect(worth({ halted: true, state: 'stale' })).toEqual([null, null, 'halted']);
});
