import { expect, jest, test } from '@jest/globals';
import { silentLog } from '../../../rig/log.ts';
import { createLocalBus } from '../../../src/adapters/local/bus.ts';
import type { Candle } from '../../../src/domain/market/candle.ts';
import { CANDLES_TIMEOUT_MS, createCandleExchange } from '../../../src/domain/market/candle-exchange.ts';
import { type CandlesAskedMessage, STOCK_TOPICS } from '../../../src/domain/market/topics.ts';
import { createManualClock } from '../../support/manual-clock.ts';

const CANDLE: Candle = { start: 0, open: 1, high: 2, low: 1, close: 2, volume: 100 };

/** Two replicas on one line; `engine` says which of them holds the lease, if any. */
function start() {
  const clock = createManualClock('2026-06-15T15:00:00Z');
  const bus = createLocalBus(silentLog);
  const state: { engine: 'here' | 'there' | null } = { engine: 'there' };
  const of = (name: 'here' | 'there') => {
    const local = jest.fn((symbol: string) => (symbol === 'AAPL' ? [CANDLE] : []));
    const exchange = createCandleExchange({
      bus,
      topics: STOCK_TOPICS,
      clock,
      isEngine: () => state.engine === name,
      local,
    });
    exchange.start();
    return { exchange, local };
  };
  const questions: CandlesAskedMessage[] = [];
  bus.subscribe(STOCK_TOPICS.candlesAsked, (question) => questions.push(question));
  return { clock, bus, state, here: of('here'), there: of('there'), questions };
}

test('candles come from the engine, over the bus where that is another replica', async () => {
  const { state, here, there, questions } = start();
  expect(await here.exchange.candles('AAPL')).toEqual([CANDLE]);
  expect(here.local).not.toHaveBeenCalled();
  state.engine = 'here';
  expect(await here.exchange.candles('AAPL')).toEqual([CANDLE]);
  expect(here.local).toHaveBeenCalledTimes(1);
  expect(there.local).toHaveBeenCalledTimes(1);
  expect(questions).toHaveLength(1);
});

test('several who ask for the same symbol share one question; another symbol has its own', async () => {
  const { bus, state, here, questions } = start();
  state.engine = null;
  const asking = ['AAPL', 'AAPL', 'MSFT', 'AAPL'].map((symbol) => here.exchange.candles(symbol));
  expect(questions.map(({ symbol }) => symbol)).toEqual(['AAPL', 'MSFT']);
  for (const { id, symbol } of questions)
    bus.publish(STOCK_TOPICS.candles, { id, candles: symbol === 'AAPL' ? [CANDLE] : [] });
  expect(await Promise.all(asking)).toEqual([[CANDLE], [CANDLE], [], [CANDLE]]);
});

test('nobody answers: that is told within a second with when to ask again, and the next one asks anew', async () => {
  const { clock, state, here, questions } = start();
  state.engine = null;
  const asking = Promise.all(['AAPL', 'AAPL'].map((symbol) => here.exchange.candles(symbol)));
  clock.advance(CANDLES_TIMEOUT_MS);
  await expect(asking).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: expect.any(Number) });
  state.engine = 'there';
  expect(await here.exchange.candles('AAPL')).toEqual([CANDLE]);
  expect(questions).toHaveLength(2);
});

test('an answer serves for some seconds and is then forgotten; an empty one does not', async () => {
  const { clock, here, questions } = start();
  for (let screen = 0; screen < 1_000; screen++) await here.exchange.candles('AAPL');
  expect(questions).toHaveLength(1);
  clock.advance(5_000);
  expect(clock.pending()).toBe(0);
  await here.exchange.candles('AAPL');
  expect(questions).toHaveLength(2);
  await here.exchange.candles('MSFT');
  await here.exchange.candles('MSFT');
  expect(questions).toHaveLength(4);
  here.exchange.stop();
  expect(clock.pending()).toBe(0);
});

test('an answer to somebody else’s question, or one that comes too late, is nobody’s', async () => {
  const { clock, bus, state, here, questions } = start();
  state.engine = null;
  const asking = here.exchange.candles('AAPL');
  bus.publish(STOCK_TOPICS.candles, { id: 'of another', candles: [] });
  clock.advance(CANDLES_TIMEOUT_MS);
  await expect(asking).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  bus.publish(STOCK_TOPICS.candles, { id: questions[0]!.id, candles: [CANDLE] });
});
