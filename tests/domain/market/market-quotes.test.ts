import { describe, expect, test } from '@jest/globals';
import type { MarketSnapshot } from '../../../src/domain/market/history.ts';
import { createMarketHours } from '../../../src/domain/market/market-hours.ts';
import { createMarketQuotes } from '../../../src/domain/market/market-quotes.ts';
import type { Quote } from '../../../src/domain/market/quote.ts';
import { type ErrorCode, TradecastError } from '../../../src/protocol/errors.ts';
import { createManualClock } from '../../support/manual-clock.ts';

const NOON = Date.parse('2026-01-15T17:00:00Z');
const HOUR = 3_600_000;

const SNAPSHOT: MarketSnapshot = {
  symbol: 'AAPL',
  updatedAt: NOON - 1_000,
  day: { open: 200, high: 212, low: 199, close: 210, volume: 5_000 },
  minute: undefined,
  previousDay: { open: 190, high: 199, low: 189, close: 198, volume: 9_000 },
  lastTrade: undefined,
  lastQuote: undefined,
  delayed: false,
  stale: false,
};

function start(watched: Partial<Quote> | undefined, answer: MarketSnapshot | TradecastError = SNAPSHOT) {
  const clock = createManualClock(NOON);
  const quote: Quote | undefined = watched && {
    symbol: 'AAPL',
    price: 201,
    volume: 7,
    sourceTime: NOON - 2 * HOUR,
    receivedAt: NOON - 2 * HOUR,
    state: 'live',
    ...watched,
  };
  return createMarketQuotes({
    board: { get: () => quote },
    history: {
      async snapshot() {
        if (answer instanceof TradecastError) throw answer;
        return answer;
      },
    },
    hours: createMarketHours('us-equities'),
    origin: 'market',
    clock,
  });
}

const refused = (code: ErrorCode) => new TradecastError(code, 'no');

describe('a symbol that is watched', () => {
  test('has the price of the stream, also where it is quiet', async () => {
    const quotes = start({ state: 'live' });
    expect(await quotes.quote('AAPL')).toMatchObject({ price: 201, source: 'stream', state: 'live' });
    expect(await quotes.snapshot('AAPL')).toMatchObject({ price: 201, day: { close: 210 } });
  });
});

describe('a symbol that nobody watches any more', () => {
  test('has the price of the source, not the one that was streamed hours ago', async () => {
    const quotes = start({ state: 'stale' });
    expect(await quotes.quote('AAPL')).toMatchObject({ price: 210, source: 'snapshot', state: 'live' });
    expect(await quotes.snapshot('AAPL')).toMatchObject({ price: 210, source: 'snapshot', state: 'live' });
  });

  test('keeps the streamed price where the source has nothing newer', async () => {
    const quotes = start({ state: 'stale', sourceTime: NOON });
    expect(await quotes.quote('AAPL')).toMatchObject({ price: 201, source: 'stream', state: 'stale' });
    expect(await quotes.snapshot('AAPL')).toMatchObject({ price: 201, source: 'stream', state: 'stale' });
  });

  test.each(['UNAVAILABLE', 'NOT_IN_PLAN'] as const)(
    'has the streamed price, as stale, where the source answers %s',
    async (code) => {
      const quotes = start({ state: 'stale' }, refused(code));
      expect(await quotes.quote('AAPL')).toMatchObject({ price: 201, source: 'stream', state: 'stale' });
    },
  );

  test('is unknown where the source says so', async () => {
    await expect(start({ state: 'stale' }, refused('UNKNOWN_SYMBOL')).quote('AAPL')).rejects.toMatchObject({
      code: 'UNKNOWN_SYMBOL',
    });
  });
});
