import { describe, expect, test } from '@jest/globals';
import { createLocalBus } from '../../../src/adapters/local/bus.ts';
import { createDemand, DEMAND_REFRESH_MS } from '../../../src/domain/market/demand.ts';
import type { Quote } from '../../../src/domain/market/quote.ts';
import {
  createQuoteBoard,
  ENGINE_SILENCE_MS,
  MAX_MESSAGE_AGE_MS,
} from '../../../src/domain/market/quote-board.ts';
import { silentLog } from '../../support/log.ts';
import { createManualClock } from '../../support/manual-clock.ts';

function start() {
  const clock = createManualClock('2026-06-15T15:00:00Z');
  const bus = createLocalBus(silentLog);
  const board = createQuoteBoard({ bus, clock });
  const heard: Quote[][] = [];
  board.onChange((quotes) => heard.push([...quotes]));
  board.start();
  const quote = (symbol: string, price: number): Quote => ({
    symbol,
    price,
    volume: 100,
    sourceTime: clock.now(),
    receivedAt: clock.now(),
    state: 'live',
  });
  const say = (quotes: Quote[], lease = 1, at = clock.now()): void =>
    bus.publish('quotes', { lease, at, quotes });
  return { clock, bus, board, heard, quote, say };
}

describe('the quote board', () => {
  test('keeps the latest of each symbol and tells who listens', () => {
    const { board, heard, quote, say } = start();
    say([quote('AAPL', 100), quote('MSFT', 400)]);
    say([quote('AAPL', 101)]);
    expect(board.get('AAPL')?.price).toBe(101);
    expect(board.get('MSFT')?.price).toBe(400);
    expect(board.get('TSLA')).toBeUndefined();
    expect(heard.map((quotes) => quotes.length)).toEqual([2, 1]);
  });

  test('drops what the holder of an older lease still says', () => {
    const { board, quote, say } = start();
    say([quote('AAPL', 100)], 5);
    say([quote('AAPL', 1)], 4);
    expect(board.get('AAPL')?.price).toBe(100);
    expect(board.drops).toEqual({ lease: 1, late: 0 });
  });

  test('drops a message that was under way for more than two seconds', () => {
    const { clock, board, quote, say } = start();
    say([quote('AAPL', 1)], 1, clock.now() - MAX_MESSAGE_AGE_MS - 1);
    expect(board.get('AAPL')).toBeUndefined();
    expect(board.drops).toEqual({ lease: 0, late: 1 });
  });

  test('takes the old quote of a quiet symbol from a fresh message', () => {
    const { clock, board, quote, say } = start();
    const quiet = quote('UGA', 30);
    clock.advance(120_000);
    say([quiet]);
    expect(board.get('UGA')?.price).toBe(30);
  });

  test('calls every quote stale when the engine falls silent, once, and live when it speaks again', () => {
    const { clock, board, heard, quote, say } = start();
    say([quote('AAPL', 100), quote('MSFT', 400)]);
    clock.advance(ENGINE_SILENCE_MS - 1_000);
    expect(board.get('AAPL')?.state).toBe('live');
    clock.advance(1_000);
    expect(heard.at(-1)?.map(({ symbol, state }) => [symbol, state])).toEqual([
      ['AAPL', 'stale'],
      ['MSFT', 'stale'],
    ]);
    clock.advance(60_000);
    expect(heard).toHaveLength(2);
    say([quote('AAPL', 100)]);
    expect(board.get('AAPL')?.state).toBe('live');
  });

  test('hears nothing more once it is stopped and leaves no timer', () => {
    const { clock, board, quote, say } = start();
    board.stop();
    say([quote('AAPL', 100)]);
    expect(board.get('AAPL')).toBeUndefined();
    expect(clock.pending()).toBe(0);
  });
});

describe('the demand of a replica', () => {
  test('is told when it changes, repeated, and told at once to a new engine', () => {
    const { clock, bus, say } = start();
    const told: string[][] = [];
    bus.subscribe('demand', ({ symbols }) => told.push([...symbols].sort()));
    const demand = createDemand({ bus, clock, replica: 'here' });
    demand.start();
    demand.set('watchers', ['AAPL', 'MSFT']);
    demand.set('watchers', ['MSFT', 'AAPL']);
    demand.set('holdings', ['AAPL']);
    demand.set('holdings', ['IBM']);
    expect(told).toEqual([
      ['AAPL', 'MSFT'],
      ['AAPL', 'IBM', 'MSFT'],
    ]);
    clock.advance(DEMAND_REFRESH_MS);
    expect(told).toHaveLength(3);
    say([], 9);
    say([], 9);
    expect(told).toHaveLength(4);
    demand.stop();
    clock.advance(60_000);
    expect(told).toHaveLength(4);
  });
});
