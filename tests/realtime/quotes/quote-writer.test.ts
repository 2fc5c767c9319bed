import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Quote, quoteToPayload } from '../../../src/domain/market/quote.ts';
import { MARKET } from '../../../src/protocol/plain-words.ts';
import { QUOTE_STATES } from '../../../src/protocol/quotes.ts';
import type { Dialect, EncodedEvent } from '../../../src/realtime/peer.ts';
import { createPlainDialect } from '../../../src/realtime/plain/dialect.ts';
import { MAX_WRITTEN_BYTES } from '../../../src/realtime/quotes/frame-writer.ts';
import { isoOf } from '../../../src/realtime/quotes/iso-time.ts';
import { writePlainQuote } from '../../../src/realtime/quotes/quote-writer.ts';
import { socketIoDialect } from '../../../src/realtime/socketio/dialect.ts';
import { createManualClock } from '../../support/manual-clock.ts';

const NOW = 1_762_441_200_250;
const plain: Dialect = {
  ...createPlainDialect(MARKET, createManualClock(NOW)),
  encodeQuote: (quote) => writePlainQuote(quote, NOW),
};
const DIALECTS = [
  ['Socket.IO', socketIoDialect],
  ['/api/socket', plain],
] as const;

const LAST_TIME = 8_640_000_000_000_000;
/** What prices and volumes are, and everything else that a double can be. */
const number = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 10_000_000 }).map((cents) => cents / 100) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 1_000_000_000 }).map((parts) => parts / 10_000) },
  { weight: 2, arbitrary: fc.nat() },
  { weight: 1, arbitrary: fc.maxSafeInteger() },
  { weight: 2, arbitrary: fc.double() },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ...[0, -0, 0.1 + 0.2, 1e-4, 9.99999e-5, 1e-7, 5e-324, 1e21, 1e15, 99_999_999_999.9999],
      ...[2 ** 31 - 1, 2 ** 31, 2 ** 31 + 0.5, 2 ** 53, -1.5, -0.0001, Number.MAX_VALUE],
      ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    ),
  },
);
const text = fc.oneof(
  fc.constantFrom('AAPL', 'BRK.B', 'AMpB', 'O:SPY251219C00650000', '', 'A'.repeat(300)),
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('a"b', 'back\\slash', 'line\nfeed', 'ü', '€', '😀', '\ud800', '\u2028', '\u007f'),
);
const maybe = fc.option(number, { nil: undefined });
const quotes: fc.Arbitrary<Quote> = fc
  .record({
    symbol: text,
    price: number,
    bid: maybe,
    ask: maybe,
    open: maybe,
    high: maybe,
    low: maybe,
    previousClose: maybe,
    volume: number,
    sourceTime: fc.oneof(
      fc.integer({ min: NOW - 100_000, max: NOW }),
      fc.integer({ min: -LAST_TIME, max: LAST_TIME }),
      fc.double({ min: -1e12, max: 1e13, noNaN: true }),
    ),
    receivedAt: fc.constant(NOW),
    halted: fc.constantFrom(true as const, undefined),
    lastOnly: fc.constantFrom(true as const, undefined),
    state: fc.oneof(fc.constantFrom(...QUOTE_STATES), text as fc.Arbitrary<never>),
  })
  .map((quote) => quote as Quote);
const RUNS = { numRuns: 5_000 };
/** As it was before: JSON of the payload. */
const asJson = (dialect: Dialect, quote: Quote): EncodedEvent =>
  dialect.encode('quote:update', quoteToPayload(quote))!;

describe.each(DIALECTS)('a quote written by hand for %s', (_name, dialect) => {
  test('has the bytes and the text that JSON gives it, whatever its numbers, times and names are', () => {
    let written = 0;
    fc.assert(
      fc.property(quotes, (quote) => {
        const event = dialect.encodeQuote?.(quote);
        if (!event) return;
        written += 1;
        const expected = asJson(dialect, quote);
        expect(event.frame.toString('latin1')).toBe(expected.frame.toString('latin1'));
        expect([event.event, event.text]).toEqual([expected.event, expected.text]);
      }),
      RUNS,
    );
    expect(written).toBeGreaterThan(RUNS.numRuns / 4);
  });

  test.each(['a"b', 'back\\slash', 'line\nfeed', 'ü', '😀', '\u007f', 'A'.repeat(65)])(
    'is left to JSON where a name is not plain: %j',
    (odd) => {
      const quote = {
        symbol: 'AAPL',
        price: 1,
        volume: 1,
        sourceTime: NOW,
        receivedAt: NOW,
        state: 'live',
      } as const;
      expect(dialect.encodeQuote?.({ ...quote, symbol: odd })).toBeNull();
      expect(dialect.encodeQuote?.({ ...quote, state: odd as never })).toBeNull();
      expect(dialect.encodeQuote?.(quote)).not.toBeNull();
    },
  );

  test('keeps its bytes while others are written', () => {
    const quote = { price: 187.52, volume: 10, sourceTime: NOW, receivedAt: NOW, state: 'live' } as const;
    const many = Array.from({ length: 500 }, (_, at) => ({ ...quote, symbol: `S${at}`, bid: at / 100 }));
    const frames = many.map((one) => dialect.encodeQuote?.(one)?.frame.toString());
    expect(frames).toEqual(many.map((one) => asJson(dialect, one).frame.toString()));
  });

  test('of the longest names and numbers has room in its buffer', () => {
    const long = -1.234567890123456e-100;
    const quote: Quote = {
      ...{ symbol: 'S'.repeat(64), price: long, bid: long, ask: long, open: long, high: long, low: long },
      ...{ previousClose: long, volume: long, sourceTime: -LAST_TIME, receivedAt: NOW },
      ...{ halted: true, lastOnly: true, state: 's'.repeat(64) as never },
    };
    const { frame } = dialect.encodeQuote!(quote)!;
    expect(frame.length).toBeLessThan(MAX_WRITTEN_BYTES);
    expect(frame.equals(asJson(dialect, quote).frame)).toBe(true);
  });
});

test('a time is written as toISOString writes it, in any order', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -LAST_TIME, max: LAST_TIME }),
      fc.integer({ min: 0, max: 2_500 }),
      (time, ms) => {
        const next = Math.min(time + ms, LAST_TIME);
        expect([isoOf(time), isoOf(next)]).toEqual([
          new Date(time).toISOString(),
          new Date(next).toISOString(),
        ]);
      },
    ),
    RUNS,
  );
});
