import { expect, test } from '@jest/globals';
import { createMarketTime } from '../../../src/domain/market/market-time.ts';
import type { Quote } from '../../../src/domain/market/quote.ts';
import { createEmitter } from '../../../src/lib/emitter.ts';
import { createManualClock } from '../../support/manual-clock.ts';

function start(origin: 'market' | 'replay') {
  const clock = createManualClock('2026-01-15T15:00:00Z');
  const [stocks, options] = [
    createEmitter<[quotes: readonly Quote[]]>(),
    createEmitter<[readonly Quote[]]>(),
  ];
  const now = createMarketTime(origin, [{ onChange: stocks.on }, { onChange: options.on }], clock);
  const quote = (symbol: string, sourceTime: number, state: Quote['state'] = 'replay'): Quote => ({
    symbol,
    price: 1,
    volume: 0,
    sourceTime,
    receivedAt: clock.now(),
    state,
  });
  const play = (board: typeof stocks, ...times: readonly [symbol: string, time: number][]): number => {
    board.emit(times.map(([symbol, time]) => quote(symbol, time)));
    return now();
  };
  return { clock, stocks, options, now, quote, play };
}

test('a market of now has the time of the clock', () => {
  const { clock, stocks, now, play } = start('market');
  play(stocks, ['AAPL', 7]);
  expect(now()).toBe(clock.now());
});

test('a recording has the time of its newest quote', () => {
  const { stocks, options, now, play } = start('replay');
  expect(now()).toBe(0);
  expect(play(stocks, ['AAPL', 100], ['SPY', 90])).toBe(100);
  expect(play(options, ['O:1', 95])).toBe(100);
  expect(play(options, ['O:1', 110])).toBe(110);
});

test('a recording that begins again has the times of its beginning: each round is like the first', () => {
  const { stocks, options, play } = start('replay');
  const round = () => [
    play(stocks, ['AAPL', 100], ['SPY', 90]),
    // Its last trade was long before.
    play(options, ['O:1', 20]),
    play(stocks, ['SPY', 150]),
    play(options, ['O:1', 160], ['O:2', 30]),
    play(stocks, ['AAPL', 200]),
  ];
  const first = round();
  expect(first).toEqual([100, 100, 150, 160, 200]);
  expect(round()).toEqual(first);
  expect(round()).toEqual(first);
});

test('one feed that begins again a moment before the other ends up with it', () => {
  const { stocks, options, play } = start('replay');
  play(stocks, ['AAPL', 200]);
  play(options, ['O:1', 190]);
  play(stocks, ['AAPL', 100]);
  play(options, ['O:1', 199]);
  expect(play(options, ['O:1', 101])).toBe(101);
  expect(play(stocks, ['AAPL', 102])).toBe(102);
});

test('quotes that became stale say nothing of the time', () => {
  const { stocks, now, quote, play } = start('replay');
  play(stocks, ['AAPL', 200], ['SPY', 199]);
  play(stocks, ['AAPL', 100]);
  stocks.emit([quote('SPY', 199, 'stale')]);
  expect(now()).toBe(100);
});
