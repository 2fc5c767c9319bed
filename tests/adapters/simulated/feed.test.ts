import { describe, expect, test } from '@jest/globals';
import { createSimulatedFeed } from '../../../src/adapters/simulated/feed.ts';
import { createSimulatedInstruments } from '../../../src/adapters/simulated/instruments.ts';
import { UNIVERSE } from '../../../src/adapters/simulated/universe.ts';
import type { TradeTick } from '../../../src/domain/market/feed.ts';
import { createOffExchangeSums } from '../../../src/domain/off-exchange/sums.ts';
import { fitnessOf } from '../../../src/domain/trading/fit.ts';
import { symbolSchema } from '../../../src/protocol/schemas.ts';
import { createCollectingSink } from '../../support/collecting-sink.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { quoteOf, SPREADS } from '../../support/trading.ts';

const NOON = '2026-06-15T16:00:00Z';
/** Minutes since midnight in New York at noon there. */
const MINUTES_BEFORE_NOON = 720;

function start({ at = NOON, seed = 1, updatesPerSecond = 5, symbols = ['AAPL', 'SPY'] } = {}) {
  const clock = createManualClock(at);
  const feed = createSimulatedFeed({ clock, seed, updatesPerSecond });
  const sink = createCollectingSink();
  feed.setSymbols(new Set(symbols));
  feed.start(sink);
  return { clock, feed, sink };
}

describe('the simulated market', () => {
  test('is the same for the same seed and another for another', () => {
    const run = (seed: number) => {
      const { clock, sink } = start({ seed });
      clock.advance(10_000);
      return { trades: sink.trades, quotes: sink.quotes, days: sink.days, candles: [...sink.candleFills] };
    };
    expect(run(1)).toEqual(run(1));
    expect(run(1).trades.map(({ price }) => price)).not.toEqual(run(2).trades.map(({ price }) => price));
  });

  test('goes on after a restart where it would have been: the price is the day’s, not the process’s', () => {
    const first = start();
    first.clock.advance(3_600_000);
    const restarted = start({ at: '2026-06-15T17:00:00Z' });
    const before = first.sink.trades.findLast(({ symbol }) => symbol === 'AAPL')!.price;
    const after = restarted.sink.trades.find(({ symbol }) => symbol === 'AAPL')!.price;
    expect(Math.abs(after / before - 1)).toBeLessThan(0.001);
  });

  test('begins each day at the close of the day before', () => {
    const evening = start({ at: '2026-06-16T03:59:50Z', symbols: ['TSLA'] });
    const morning = start({ at: '2026-06-16T04:00:10Z', symbols: ['TSLA'] });
    const close = evening.sink.trades.at(-1)!.price;
    expect(Math.abs(morning.sink.days[0]!.previousClose! / close - 1)).toBeLessThan(0.002);
  });

  test('shows the day so far before its first tick, and the numbers agree with one another', () => {
    const { sink } = start();
    const candles = sink.candleFills.get('AAPL') ?? [];
    const [day] = sink.days.filter(({ symbol }) => symbol === 'AAPL');
    expect(candles).toHaveLength(MINUTES_BEFORE_NOON);
    expect(day).toMatchObject({
      open: candles[0]?.open,
      high: Math.max(...candles.map(({ high }) => high)),
      low: Math.min(...candles.map(({ low }) => low)),
      last: candles.at(-1)?.close,
      volume: candles.reduce((sum, { volume }) => sum + volume, 0),
    });
    for (const [index, { open, high, low, close, volume }] of candles.entries()) {
      expect(low).toBeLessThanOrEqual(Math.min(open, close));
      expect(high).toBeGreaterThanOrEqual(Math.max(open, close));
      expect(volume).toBeGreaterThan(0);
      if (index > 0) expect(open).toBe(candles[index - 1]?.close);
    }
  });

  test('moves each symbol at the asked pace', () => {
    const { clock, sink } = start({ updatesPerSecond: 10 });
    sink.trades.length = 0;
    clock.advance(60_000);
    const count = sink.trades.filter(({ symbol }) => symbol === 'SPY').length;
    // The last trade of a minute and the first of the next come with the same update.
    expect(count).toBeGreaterThanOrEqual(598);
    expect(count).toBeLessThanOrEqual(602);
  });

  test('trades at its bid or ask, or off-exchange between them, in whole cents, at most half a percent from the tick before', () => {
    const { clock, sink } = start({ symbols: ['NVDA'] });
    clock.advance(120_000);
    let before = sink.trades[0]!.price;
    for (const [index, { price, size, trf }] of sink.trades.entries()) {
      const { bid, ask, bidSize, askSize } = sink.quotes[index]!;
      if (trf === 0) expect([bid, ask]).toContain(price);
      expect(price).toBeGreaterThanOrEqual(bid!);
      expect(price).toBeLessThanOrEqual(ask!);
      expect(bid).toBeLessThan(ask!);
      expect(Math.abs(price * 100 - Math.round(price * 100))).toBeLessThan(1e-6);
      expect(Math.abs(price / before - 1)).toBeLessThan(0.005);
      expect((bidSize! % 100) + (askSize! % 100)).toBe(0);
      expect(Number.isInteger(size) && size > 0).toBe(true);
      before = price;
    }
  });

  test('makes two in five trades off-exchange, some at the middle, each reported a moment after it was made', () => {
    const { clock, sink } = start({ symbols: ['NVDA'], updatesPerSecond: 10 });
    const sums = createOffExchangeSums({ minNotional: 0, tapeNotional: 0 });
    clock.advance(300_000);
    // A quote and a trade at it come together.
    for (const [index, trade] of sink.trades.entries()) {
      sums.nbbo(sink.quotes[index]!);
      sums.trade(trade);
    }
    const prints = sink.trades.filter(({ exchange, trf }) => exchange === 4 && trf > 0);
    expect(prints.length / sink.trades.length).toBeGreaterThan(0.37);
    expect(prints.length / sink.trades.length).toBeLessThan(0.43);
    for (const { sourceTime, participantTime } of prints) {
      expect(sourceTime - participantTime).toBeGreaterThanOrEqual(0);
      expect(sourceTime - participantTime).toBeLessThan(20);
    }
    const atMiddle = prints.filter((print) => {
      const { bid, ask } = sink.quotes[sink.trades.indexOf(print)]!;
      return Math.abs(print.price - (bid! + ask!) / 2) < 1e-6;
    });
    expect(atMiddle.length / prints.length).toBeGreaterThan(0.15);
    expect(atMiddle.length / prints.length).toBeLessThan(0.25);
    expect(sums.counters).toMatchObject({ counted: prints.length, repeated: 0, forgotten: 0, late: 0 });
    const { bullish, bearish, unknown } = sums.symbols()[0]!.totals;
    expect(unknown).toBeLessThan((bullish + bearish) / 100n);
    expect([bullish > bearish / 3n, bearish > bullish / 3n]).toEqual([true, true]);
  });

  test('has prints from the subscription on: the minute so far comes as trades on an exchange', () => {
    const symbols = UNIVERSE.slice(0, 20).map(({ symbol }) => symbol);
    const heard = (since: string) => {
      const { clock, sink } = start({ at: since, symbols });
      clock.advance(15_000);
      return new Map(sink.trades.map((trade) => [`${trade.symbol} ${trade.tradeId}`, trade]));
    };
    const at = '2026-06-15T16:00:31.000Z';
    const before = heard('2026-06-15T16:00:16Z');
    const both = [...heard(at)].filter(([key]) => before.has(key));
    const isPrint = ({ exchange, trf }: TradeTick): boolean => exchange === 4 && trf > 0;
    const early = both.filter(([, { sourceTime }]) => sourceTime < Date.parse(at));
    expect(early.filter(([, trade]) => isPrint(trade))).toEqual([]);
    // Those of the process before were prints.
    expect(early.filter(([key]) => isPrint(before.get(key)!)).length).toBeGreaterThan(5);
    for (const [key, { sourceTime, trf }] of both)
      if (sourceTime >= Date.parse(at)) expect(trf).toBe(before.get(key)!.trf);
  });

  test.each(['2026-06-15T13:31:20Z', NOON, '2026-06-15T06:10:00Z'])(
    'trades as much in a minute after %s as history has of it',
    (at) => {
      const { clock, sink } = start({ at, symbols: ['AAPL', 'SPY', 'IBM'], updatesPerSecond: 4 });
      clock.advance(180_000);
      const history = start({ at: new Date(clock.now()).toISOString(), symbols: ['AAPL', 'SPY', 'IBM'] });
      for (const symbol of ['AAPL', 'SPY', 'IBM']) {
        for (const candle of history.sink.candleFills.get(symbol)!.slice(-3)) {
          const live = sink.trades
            .filter((one) => one.symbol === symbol)
            .filter(({ sourceTime }) => sourceTime >= candle.start && sourceTime < candle.start + 60_000)
            .reduce((sum, { size }) => sum + size, 0);
          expect(live).toBe(candle.volume);
        }
      }
    },
  );

  test('is busy at the open and the close and thin at night', () => {
    const { sink } = start({ at: '2026-06-16T03:59:59Z', symbols: ['SPY'] });
    const candles = sink.candleFills.get('SPY') ?? [];
    const volume = (from: number, to: number): number =>
      candles.slice(from, to).reduce((sum, candle) => sum + candle.volume, 0) / (to - from);
    const [open, noon, close, night] = [volume(570, 600), volume(735, 765), volume(930, 960), volume(60, 90)];
    expect(open).toBeGreaterThan(2 * noon);
    expect(close).toBeGreaterThan(1.5 * noon);
    expect(night).toBeLessThan(noon / 3);
  });

  test('lets go of what nobody wants, and takes it up again without a jump', () => {
    const { clock, feed, sink } = start({ symbols: ['AAPL'] });
    clock.advance(1_000);
    feed.setSymbols(new Set());
    expect(sink.flowing.size).toBe(0);
    const before = sink.trades.at(-1)!;
    const count = sink.trades.length;
    clock.advance(60_000);
    expect(sink.trades).toHaveLength(count);
    feed.setSymbols(new Set(['AAPL']));
    const after = sink.trades.at(-1)!;
    expect(after.sequence).toBeGreaterThan(before.sequence);
    expect(Math.abs(after.price / before.price - 1)).toBeLessThan(0.01);
  });

  test('knows nothing of a symbol outside its universe', () => {
    const { clock, sink } = start({ symbols: ['NOSUCH'] });
    clock.advance(5_000);
    expect(sink.trades).toEqual([]);
    expect(sink.flowing.size).toBe(0);
  });

  test('with a scope it trades every symbol: those that nobody wants beside the others, and not twice', async () => {
    const { clock, feed, sink } = start();
    const tape = createCollectingSink();
    await feed.stop();
    feed.setScope?.({ quoted: new Set(['IBM']) });
    feed.start({ ...sink, tape });
    clock.advance(60_000);
    expect(new Set(tape.trades.map(({ symbol }) => symbol)).size).toBe(UNIVERSE.length - 2);
    expect(new Set(tape.quotes.map(({ symbol }) => symbol))).toEqual(new Set(['IBM']));
    expect(new Set(sink.trades.map(({ symbol }) => symbol))).toEqual(new Set(['AAPL', 'SPY']));
    expect([sink.flowing, tape.flowing]).toEqual([new Set(['AAPL', 'SPY']), new Set()]);
    feed.setSymbols(new Set(['IBM']));
    clock.advance(60_000);
    expect(sink.flowing).toEqual(new Set(['IBM']));
    const times = [...tape.trades, ...sink.trades].filter(({ symbol }) => symbol === 'IBM');
    expect(new Set(times.map(({ tradeId }) => tradeId)).size).toBe(times.length);
  });

  test('ends with no timer left', async () => {
    const { clock, feed, sink } = start();
    await feed.stop();
    expect(clock.pending()).toBe(0);
    const count = sink.trades.length;
    clock.advance(5_000);
    expect(sink.trades).toHaveLength(count);
  });
});

describe('the simulated universe', () => {
  test('has about sixty symbols, each of them one the wire accepts, with a name', () => {
    expect(UNIVERSE.length).toBeGreaterThanOrEqual(60);
    expect(new Set(UNIVERSE.map(({ symbol }) => symbol)).size).toBe(UNIVERSE.length);
    for (const { symbol, name, price, volume } of UNIVERSE) {
      expect(symbolSchema.parse(symbol)).toBe(symbol);
      expect(name.length).toBeGreaterThan(3);
      expect(price).toBeGreaterThan(1);
      expect(volume).toBeGreaterThan(100_000);
    }
  });

  test('is found by symbol first, then by name', async () => {
    const directory = createSimulatedInstruments();
    expect((await directory.search('t', 3)).map(({ symbol }) => symbol)).toEqual(['T', 'TGT', 'TLT']);
    expect((await directory.search('apple', 5)).map(({ symbol }) => symbol)).toEqual(['AAPL']);
    expect((await directory.search('motor', 5)).map(({ symbol }) => symbol)).toEqual(['F', 'GM']);
    expect(await directory.search('zzz', 5)).toEqual([]);
    expect(await directory.search('a', 0)).toEqual([]);
    expect(await directory.get('BRK.B')).toEqual({
      symbol: 'BRK.B',
      name: 'Berkshire Hathaway Inc. Class B',
    });
    expect(await directory.get('NOSUCH')).toBeNull();
    expect(directory.knows('SPY')).toBe(true);
  });
});

test('every quote of the simulated market is fit to trade on, on both sides', () => {
  const { clock, sink } = start({ symbols: UNIVERSE.map(({ symbol }) => symbol), updatesPerSecond: 1 });
  clock.advance(120_000);
  expect(new Set(sink.quotes.map(({ symbol }) => symbol)).size).toBe(UNIVERSE.length);
  const unfit = sink.quotes.filter(({ symbol, bid, ask, receivedAt }) => {
    const times = { sourceTime: receivedAt, receivedAt, nbboReceivedAt: receivedAt };
    const quote = { ...quoteOf(symbol, { bid, ask, state: 'simulated' }), ...times };
    const { buy, sell } = fitnessOf(quote, receivedAt, SPREADS);
    return !buy || !sell;
  });
  expect(unfit).toEqual([]);
});
