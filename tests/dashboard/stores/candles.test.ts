/** @jest-environment node */
import { describe, expect, test } from '@jest/globals';
import { ApiError } from '../../../dashboard/src/lib/http.ts';
import { type Bar, createCandlesStore, withQuote } from '../../../dashboard/src/stores/candles.ts';
import { BARS, quoteOf } from '../support/fixtures.ts';
import { manualTimers } from '../support/timers.ts';
import { until } from '../support/until.ts';

describe('candles', () => {
  const at = (second: number, price: number) =>
    quoteOf('AAPL', { price, timestamp: new Date(second * 1_000).toISOString() });
  const bars: readonly Bar[] = [{ time: 600, open: 10, high: 11, low: 9, close: 10 }];

  test('a quote of the running minute moves its close, high and low', () => {
    expect(withQuote(bars, at(659, 12))).toEqual([{ time: 600, open: 10, high: 12, low: 9, close: 12 }]);
    expect(withQuote(bars, at(601, 8))).toEqual([{ time: 600, open: 10, high: 11, low: 8, close: 8 }]);
  });

  test('a quote of a later minute starts a bar, one of an earlier minute changes nothing', () => {
    expect(withQuote(bars, at(660, 12))).toEqual([
      ...bars,
      { time: 660, open: 12, high: 12, low: 12, close: 12 },
    ]);
    expect(withQuote(bars, at(599, 12))).toBe(bars);
    expect(withQuote(bars, quoteOf('AAPL', { timestamp: 'never' }))).toBe(bars);
    expect(withQuote(bars, at(630, 10))).toBe(bars);
  });

  test('a minute in which only bid and ask move has no bar', async () => {
    const candles = createCandlesStore({ timers: manualTimers(), api: { candles: async () => [...BARS] } });
    const held = () => candles.getState().bySymbol.AAPL?.bars ?? [];
    candles.load('AAPL');
    await until(() => held().length > 0);
    const [last] = BARS.slice(-1);
    const quote = (minutes: number, volume: number) => ({
      ...at(last!.time + minutes * 60, last!.close),
      volume,
    });
    candles.apply([quote(0, 500)]);
    candles.apply([quote(1, 500)]);
    expect(held()).toHaveLength(BARS.length);
    candles.apply([quote(2, 510)]);
    expect(
      held()
        .slice(BARS.length)
        .map(({ time }) => time),
    ).toEqual([last!.time + 120]);
  });

  test('a trade that comes while the minutes are loading shows with the next quote', async () => {
    const answer = Promise.withResolvers<void>();
    const candles = createCandlesStore({
      timers: manualTimers(),
      api: { candles: () => answer.promise.then(() => [...BARS]) },
    });
    const held = () => candles.getState().bySymbol.AAPL?.bars ?? [];
    const [last] = BARS.slice(-1);
    const quote = { ...at(last!.time + 60, last!.close + 1), volume: 500 };
    candles.load('AAPL');
    candles.apply([quote]);
    answer.resolve();
    await until(() => held().length > 0);
    candles.apply([quote]);
    expect(held().at(-1)).toMatchObject({ time: last!.time + 60, close: last!.close + 1 });
  });

  test('many symbols are loaded four at a time, each once', async () => {
    const asked: string[] = [];
    let most = 0;
    let running = 0;
    const candles = createCandlesStore({
      timers: manualTimers(),
      api: {
        async candles(symbol) {
          asked.push(symbol);
          running += 1;
          most = Math.max(most, running);
          await Promise.resolve();
          running -= 1;
          return [...BARS];
        },
      },
    });
    const symbols = Array.from({ length: 20 }, (_, index) => `S${index}`);
    for (const symbol of [...symbols, ...symbols]) candles.load(symbol);
    await until(() => symbols.every((symbol) => candles.getState().bySymbol[symbol]?.status === 'ready'));
    expect(asked).toEqual(symbols);
    expect(most).toBe(4);
  });

  test('a history that is empty at first is asked for again a few times', async () => {
    const timers = manualTimers();
    const answers: (typeof BARS)[] = [[], [], BARS];
    const candles = createCandlesStore({ timers, api: { candles: async () => [...answers.shift()!] } });
    const status = () => candles.getState().bySymbol.AAPL?.status;
    candles.load('AAPL');
    await until(() => timers.waits().includes(1_000));
    expect(status()).toBe('loading');
    timers.advance(1_000);
    await until(() => timers.waits().includes(5_000));
    expect(status()).toBe('ready');
    timers.advance(5_000);
    await until(() => candles.getState().bySymbol.AAPL?.bars.length === BARS.length);
    expect(timers.waits()).toEqual([]);
  });

  test('a history that is not to be had at the moment is a failure, not an empty day, and is asked for again when the server says', async () => {
    const timers = manualTimers();
    const away = () => new ApiError('UNAVAILABLE', 'Not now.', { answered: true, retryAfterMs: 2_000 });
    const answers: (typeof BARS | ApiError)[] = [away(), away(), BARS];
    const candles = createCandlesStore({
      timers,
      api: {
        async candles() {
          const answer = answers.shift()!;
          if (answer instanceof ApiError) throw answer;
          return [...answer];
        },
      },
    });
    const held = () => candles.getState().bySymbol.AAPL;
    candles.load('AAPL');
    await until(() => timers.waits().includes(2_000));
    expect(held()).toEqual({ status: 'failed', bars: [] });
    timers.advance(2_000);
    await until(() => timers.waits().includes(5_000));
    timers.advance(5_000);
    await until(() => held()?.status === 'ready');
    expect(held()?.bars).toHaveLength(BARS.length);
    expect(timers.waits()).toEqual([]);
  });

  test('a failed reload keeps the bars it has', async () => {
    let works = true;
    const candles = createCandlesStore({
      timers: manualTimers(),
      api: {
        candles: async () => {
          if (!works) throw new Error('away');
          return [...BARS];
        },
      },
    });
    candles.load('AAPL');
    await until(() => candles.getState().bySymbol.AAPL?.status === 'ready');
    works = false;
    candles.reload();
    await until(() => candles.getState().bySymbol.AAPL?.status === 'failed');
    expect(candles.getState().bySymbol.AAPL?.bars).toHaveLength(BARS.length);
  });
});
