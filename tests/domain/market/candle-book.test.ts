import { describe, expect, test } from '@jest/globals';
import { createCandleBook } from '../../../src/domain/market/candle-book.ts';
import { newYorkTime } from '../../../src/protocol/new-york.ts';
import { bar, trade } from '../../support/ticks.ts';

const TEN = newYorkTime('2026-06-15', 600);
const MINUTE = 60_000;
const EIGHT = TEN - 120 * MINUTE;
const create = () => createCandleBook();

describe('candles from trades', () => {
  test('hold open, high, low, close and volume of each minute, oldest first', () => {
    const book = create();
    book.trade(trade({ price: 10, size: 1, sourceTime: TEN }));
    book.trade(trade({ price: 12, size: 2, sourceTime: TEN + 1 }));
    book.trade(trade({ price: 9, size: 3, sourceTime: TEN + MINUTE - 1 }));
    book.trade(trade({ price: 11, size: 4, sourceTime: TEN + MINUTE }));
    expect(book.get('AAPL')).toEqual([
      { start: TEN, open: 10, high: 12, low: 9, close: 9, volume: 6 },
      { start: TEN + MINUTE, open: 11, high: 11, low: 11, close: 11, volume: 4 },
    ]);
  });

  test('put a late trade into its own minute without moving that minute’s close', () => {
    const book = create();
    book.trade(trade({ price: 10, sourceTime: TEN + 50_000 }));
    book.trade(trade({ price: 11, sourceTime: TEN + MINUTE }));
    book.trade(trade({ price: 14, sourceTime: TEN + 20_000 }));
    book.trade(trade({ price: 5, sourceTime: TEN - MINUTE }));
    expect(book.get('AAPL')).toMatchObject([
      { start: TEN - MINUTE, close: 5 },
      { start: TEN, open: 14, high: 14, low: 10, close: 10, volume: 200 },
      { start: TEN + MINUTE, close: 11 },
    ]);
  });

  test('take Form T prices before the open and only their volume after it', () => {
    const book = create();
    book.trade(trade({ price: 8, conditions: [12], sourceTime: EIGHT }));
    book.trade(trade({ price: 10, sourceTime: TEN }));
    book.trade(trade({ price: 99, conditions: [12], sourceTime: TEN + 1 }));
    expect(book.get('AAPL')).toMatchObject([
      { open: 8, high: 8, close: 8, volume: 100 },
      { high: 10, close: 10, volume: 200 },
    ]);
  });

  test('stand at the close before in a minute whose trades may set no price', () => {
    const book = create();
    book.trade(trade({ price: 10, sourceTime: TEN }));
    book.trade(trade({ price: 99, size: 7, conditions: [37], sourceTime: TEN + MINUTE }));
    expect(book.get('AAPL')[1]).toEqual({
      start: TEN + MINUTE,
      open: 10,
      high: 10,
      low: 10,
      close: 10,
      volume: 7,
    });
  });

  test('do not show a minute before anything has a price', () => {
    const book = create();
    book.trade(trade({ price: 99, conditions: [37], sourceTime: TEN }));
    expect(book.get('AAPL')).toEqual([]);
  });

  test('end with the New York day and refuse what belongs to the last one', () => {
    const book = create();
    book.trade(trade({ price: 10, sourceTime: TEN }));
    book.trade(trade({ price: 11, sourceTime: TEN + 1_440 * MINUTE }));
    book.trade(trade({ price: 12, sourceTime: TEN + MINUTE }));
    expect(book.get('AAPL')).toMatchObject([{ start: TEN + 1_440 * MINUTE, close: 11, volume: 100 }]);
  });

  test('of a day that is over can be forgotten, those of the latest day stay', () => {
    const book = create();
    book.trade(trade({ symbol: 'IBM', price: 10, sourceTime: TEN }));
    book.trade(trade({ price: 11, sourceTime: TEN + 1_440 * MINUTE }));
    book.forget((_symbol, isPast) => isPast);
    expect(book.get('IBM')).toEqual([]);
    expect(book.get('AAPL')).toHaveLength(1);
  });
});

describe('candles from bars', () => {
  test('are built from second bars where no trades are heard', () => {
    const book = create();
    book.bar(bar({ start: TEN, open: 10, high: 11, low: 9, close: 10.5, volume: 5 }));
    book.bar(bar({ start: TEN + 1_000, open: 10.5, high: 12, low: 10, close: 11, volume: 6 }));
    expect(book.get('AAPL')).toEqual([{ start: TEN, open: 10, high: 12, low: 9, close: 11, volume: 11 }]);
  });

  test('do not count second bars on top of trades', () => {
    const book = create();
    book.trade(trade({ price: 10, size: 5, sourceTime: TEN }));
    book.bar(bar({ start: TEN, open: 10, high: 10, low: 10, close: 10, volume: 5 }));
    expect(book.get('AAPL')).toMatchObject([{ volume: 5 }]);
  });

  test('give way to upstream’s own minute bar', () => {
    const book = create();
    book.trade(trade({ price: 10, size: 5, sourceTime: TEN + 30_000 }));
    book.bar(bar({ start: TEN, seconds: 60, open: 9, high: 12, low: 8, close: 10, volume: 500 }));
    expect(book.get('AAPL')).toEqual([{ start: TEN, open: 9, high: 12, low: 8, close: 10, volume: 500 }]);
  });
});

test('a backfill adds the minutes before we listened and completes the one we joined in', () => {
  const book = create();
  book.trade(trade({ price: 10, size: 5, sourceTime: TEN }));
  book.trade(trade({ price: 11, size: 900, sourceTime: TEN + MINUTE }));
  const past = { open: 7, high: 8, low: 6, close: 7, volume: 100 };
  book.fill('AAPL', [
    { start: TEN - MINUTE, ...past },
    { start: TEN, ...past },
    { start: TEN + MINUTE, ...past },
  ]);
  expect(book.get('AAPL')).toMatchObject([
    { start: TEN - MINUTE, volume: 100 },
    { start: TEN, open: 7, volume: 100 },
    { start: TEN + MINUTE, open: 11, volume: 900 },
  ]);
});
