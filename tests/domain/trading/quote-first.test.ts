import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Quote } from '../../../src/domain/market/quote.ts';
import type { QuoteBoard } from '../../../src/domain/market/quote-board.ts';
import { fitnessOf } from '../../../src/domain/trading/fit.ts';
import { FIRST_QUOTE_TIMEOUT_MS, withQuoteFirst } from '../../../src/domain/trading/quote-first.ts';
import type { PlaceCommand, PlaceResult, Trading } from '../../../src/domain/trading/trading.ts';
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts';
import { NOON, quoteOf, requestOf, SPREADS } from '../../support/trading.ts';

const RESULT = {} as PlaceResult;
const command = (symbol: string): PlaceCommand => ({
  userId: 'user',
  request: requestOf({ symbol }),
  source: 'api',
  key: symbol,
});
const turn = () => new Promise((resolve) => setImmediate(resolve));

let clock: ManualClock;
let quotes: Map<string, Quote>;
let listeners: Set<(quotes: readonly Quote[]) => void>;
let wanted: string[];
let judged: string[];
let fails: boolean;
let isOpen: boolean;
let trading: Pick<Trading, 'place'>;

beforeEach(() => {
  clock = createManualClock(NOON);
  quotes = new Map();
  listeners = new Set();
  wanted = [];
  judged = [];
  fails = false;
  isOpen = true;
  const board: Pick<QuoteBoard, 'get' | 'onChange'> = {
    get: (symbol) => quotes.get(symbol),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const judge = {
    async place({ request }: PlaceCommand) {
      judged.push(`${request.symbol} ${quotes.get(request.symbol)?.state ?? 'without a quote'}`);
      if (fails) throw new Error('no database');
      return RESULT;
    },
  } as Trading;
  trading = withQuoteFirst(judge, {
    instruments: { knows: (symbol) => (symbol === 'NOPE' ? false : undefined) },
    board,
    demand: {
      set: (part, symbols) => {
        expect(part).toBe('orders being placed');
        wanted = [...symbols];
      },
    },
    view: { fitness: (quote) => fitnessOf(quote, clock.now(), SPREADS), isOpen: () => isOpen },
    clock,
  });
});
const receive = (quote: Quote): void => {
  quotes.set(quote.symbol, quote);
  for (const listener of listeners) listener([quote]);
};

describe('an order in a symbol without a viewer', () => {
  test('is judged when its first quote is there, and the symbol is wanted until it has been placed', async () => {
    const placing = trading.place(command('AAPL'));
    expect(wanted).toEqual(['AAPL']);
    receive(quoteOf('MSFT'));
    await turn();
    expect(judged).toEqual([]);
    receive(quoteOf('AAPL'));
    expect(await placing).toBe(RESULT);
    expect(judged).toEqual(['AAPL live']);
    expect([wanted, listeners.size, clock.pending()]).toEqual([[], 0, 0]);
  });

  test('is judged without a quote when none comes in time', async () => {
    const placing = trading.place(command('AAPL'));
    clock.advance(FIRST_QUOTE_TIMEOUT_MS);
    await placing;
    expect(judged).toEqual(['AAPL without a quote']);
    expect([wanted, listeners.size]).toEqual([[], 0]);
  });

  test('wants nothing any more after an error', async () => {
    fails = true;
    const placing = trading.place(command('AAPL'));
    clock.advance(FIRST_QUOTE_TIMEOUT_MS);
    await expect(placing).rejects.toThrow('no database');
    expect(wanted).toEqual([]);
  });

  test('does not take the place of another one, and one of two in the same symbol does not end the other', async () => {
    const first = trading.place(command('AAPL'));
    clock.advance(FIRST_QUOTE_TIMEOUT_MS / 2);
    const second = trading.place(command('AAPL'));
    const third = trading.place(command('MSFT'));
    expect(wanted).toEqual(['AAPL', 'MSFT']);
    clock.advance(FIRST_QUOTE_TIMEOUT_MS / 2);
    await first;
    expect(wanted).toEqual(['AAPL', 'MSFT']);
    receive(quoteOf('AAPL'));
    await second;
    expect(wanted).toEqual(['MSFT']);
    receive(quoteOf('MSFT'));
    await third;
    expect(wanted).toEqual([]);
  });

  test('waits for a new price of a symbol that had a viewer earlier, not for its last state', async () => {
    receive(quoteOf('AAPL', { state: 'stale' }));
    const placing = trading.place(command('AAPL'));
    receive(quoteOf('AAPL', { state: 'stale' }));
    await turn();
    expect(judged).toEqual([]);
    receive(quoteOf('AAPL'));
    await placing;
    expect(judged).toEqual(['AAPL live']);
  });
});

test('a trade without a quote is not what an order waits for, a halt is, and out of hours any price', async () => {
  const bare = { bid: undefined, ask: undefined, nbboReceivedAt: undefined };
  const placing = trading.place(command('AAPL'));
  receive(quoteOf('AAPL', bare));
  await turn();
  expect(judged).toEqual([]);
  receive(quoteOf('AAPL'));
  await placing;
  const halted = trading.place(command('MSFT'));
  receive(quoteOf('MSFT', { ...bare, halted: true }));
  await halted;
  isOpen = false;
  const closed = trading.place(command('IBM'));
  receive(quoteOf('IBM', { ...bare, state: 'closed' }));
  await closed;
  expect(judged).toEqual(['AAPL live', 'MSFT live', 'IBM closed']);
});

test('an order in an option contract is judged at once, also before the feed knows its symbols', async () => {
  await trading.place(command('O:SPY251219C00650000'));
  expect(judged).toEqual(['O:SPY251219C00650000 without a quote']);
  expect([wanted, clock.pending()]).toEqual([[], 0]);
});

test('an order in a symbol that is quoted, or does not exist, is judged at once', async () => {
  receive(quoteOf('AAPL', { state: 'closed' }));
  await trading.place(command('AAPL'));
  await trading.place(command('NOPE'));
  expect(judged).toEqual(['AAPL closed', 'NOPE without a quote']);
  expect(wanted).toEqual([]);
});
