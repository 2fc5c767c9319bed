import { expect, test } from '@jest/globals';
import { createSymbolCheck } from '../../../src/adapters/massive/event-checks.ts';
import { readDay } from '../../../src/adapters/massive/events.ts';
import { quoteToPayload } from '../../../src/domain/market/quote.ts';
import { createQuoteBook } from '../../../src/domain/market/quote-book.ts';
import { newYorkTime } from '../../../src/protocol/new-york.ts';

const NS = 1e6;
const isSymbol = createSymbolCheck(() => true);

/** A moment as "2026-06-13 03:45" in New York. */
function at(moment: string): number {
  const [date = '', clock = ''] = moment.split(' ');
  const [hours = 0, minutes = 0] = clock.split(':').map(Number);
  return newYorkTime(date, hours * 60 + minutes);
}

const NUMBERS = { o: 190, h: 205, l: 108, c: 111, v: 5_000 };
const ZEROS = { o: 0, h: 0, l: 0, c: 0, v: 0 };

/** What the book shows after a snapshot of `now`, the day of which has its last trade at `traded`. */
function shownOf(now: number, traded: number | undefined, fields: object = {}) {
  const ticker = {
    ticker: 'AAPL',
    // It moves without a trade.
    updated: (now - 1_000) * NS,
    day: NUMBERS,
    prevDay: { c: 200 },
    min: { t: traded && traded - (traded % 60_000), av: 5_000 },
    lastTrade: { p: 111, c: null, ...(traded && { t: traded * NS }) },
    ...fields,
  };
  const book = createQuoteBook({ now: () => now });
  const tick = readDay({ ev: 'snapshot', ticker, t: now }, now, isSymbol);
  if (tick) book.day(tick);
  const [quote] = book.takeChanged(() => 'live');
  return quote && quoteToPayload(quote);
}

test.each([
  ['Saturday, five minutes after midnight', '2026-06-12 19:59', '2026-06-13 00:05'],
  ['Saturday at noon', '2026-06-12 19:59', '2026-06-13 12:00'],
  ['Sunday', '2026-06-12 19:59', '2026-06-14 12:00'],
  ['Monday at 03:00', '2026-06-12 19:59', '2026-06-15 03:00'],
  ['Monday at 03:45, where it was not emptied', '2026-06-12 19:59', '2026-06-15 03:45'],
  ['Monday at 04:00, before the first trade', '2026-06-12 19:59', '2026-06-15 04:00'],
  ['Monday at 09:30, of a stock that is not traded', '2026-06-12 15:59', '2026-06-15 09:30'],
  ['Tuesday at 03:00, with a report of that night', '2026-06-16 00:40', '2026-06-16 03:00'],
  ['Tuesday at 04:01, with a trade of that night', '2026-06-16 02:10', '2026-06-16 04:01'],
  ['Thanksgiving', '2026-11-25 19:59', '2026-11-26 11:00'],
  ['the half day after it, before the first trade', '2026-11-25 19:59', '2026-11-27 04:10'],
  ['the Saturday after a half day', '2026-11-27 16:59', '2026-11-28 00:01'],
  ['the Sunday on which clocks go forward', '2026-03-06 19:59', '2026-03-08 05:00'],
  ['the Monday after it, at 03:30', '2026-03-06 19:59', '2026-03-09 03:30'],
  ['the Sunday on which clocks go back', '2026-10-30 19:59', '2026-11-01 01:30'],
  ['the Monday after it, at 03:59', '2026-10-30 19:59', '2026-11-02 03:59'],
])('a snapshot with the numbers of the day before is not of today: %s', (_when, traded, now) => {
  const shown = shownOf(at(now), at(traded));
  expect(shown).toMatchObject({ price: 111, previousClose: 111, change: 0, changePercent: 0, volume: 0 });
  expect([shown?.open, shown?.high, shown?.low]).toEqual([undefined, undefined, undefined]);
});

test.each([
  ['Friday, a minute before midnight', '2026-06-12 19:59', '2026-06-12 23:59'],
  ['Monday, just after the first trade', '2026-06-15 04:00', '2026-06-15 04:01'],
  ['Monday at the open', '2026-06-15 09:30', '2026-06-15 09:31'],
  ['a half day after its close', '2026-11-27 12:59', '2026-11-27 15:00'],
  ['the Monday after clocks went forward', '2026-03-09 04:00', '2026-03-09 04:00'],
  ['the Monday after clocks went back', '2026-11-02 04:00', '2026-11-02 04:00'],
])('a snapshot with a trade of today is of today: %s', (_when, traded, now) => {
  expect(shownOf(at(now), at(traded))).toMatchObject({
    ...{ price: 111, previousClose: 200, changePercent: -44.5 },
    ...{ volume: 5_000, open: 190, high: 205, low: 108 },
  });
});

test.each([
  ['2026-06-13 04:30', undefined],
  ['2026-06-15 03:45', undefined],
  ['2026-06-15 04:00', 200],
  ['2026-06-15 11:00', 200],
  ['2026-11-26 11:00', undefined],
])('an emptied snapshot says the previous close of today from 04:00 of a trading day: %s', (now, close) => {
  const traded = at('2026-06-12 19:59');
  expect(shownOf(at(now), undefined, { day: ZEROS, min: ZEROS })?.previousClose).toBe(close);
  // The last trade of another day changes nothing of it from then on.
  if (close) expect(shownOf(at(now), traded, { day: ZEROS })).toMatchObject({ price: 200, volume: 0 });
});

test('without a time of a trade nobody can say of which day the numbers are', () => {
  const shown = shownOf(at('2026-06-15 11:00'), undefined);
  expect(shown).toBeUndefined();
  // At the weekend they can only be of the day before.
  expect(shownOf(at('2026-06-13 11:00'), undefined)).toMatchObject({ price: 111, change: 0, volume: 0 });
});

test('bid and ask of a day before are not shown as those of today', () => {
  const [now, friday] = [at('2026-06-15 11:00'), at('2026-06-12 19:59')];
  const lastQuote = { p: 110.9, P: 111.1, t: friday * NS };
  const shown = shownOf(now, at('2026-06-15 10:59'), { lastQuote });
  expect([shown?.bid, shown?.ask]).toEqual([undefined, undefined]);
});
