import type { FeedSink } from '../../domain/market/feed.ts';
import { REGULAR_SALE } from '../../domain/market/trade-effects.ts';
import { createSymbolMarket } from './symbol-market.ts';
import type { SimulatedInstrument } from './universe.ts';

/** The ticks of one symbol, from its subscription on. */
export interface SymbolStream {
  /** Delivers what the `elapsed` milliseconds up to `now` owe. */
  advance(elapsed: number, now: number): void;
}

export interface SymbolStreamOptions {
  readonly instrument: SimulatedInstrument;
  readonly seed: number;
  readonly updatesPerSecond: number;
  readonly sink: FeedSink;
}

/** Delivers the symbol's day so far and a first tick at `now`. */
export function openSymbolStream(options: SymbolStreamOptions, now: number): SymbolStream {
  const { instrument, seed, updatesPerSecond, sink } = options;
  const { symbol } = instrument;
  const market = createSymbolMarket(instrument, seed, now);
  /** Updates owed so far, whole and in parts. */
  let due = 0;
  /** From the time of the subscription, so that it goes on rising when the symbol is subscribed again. */
  let sequence = now;

  const deliver = (at: number): void => {
    const stamp = { symbol, sourceTime: at, receivedAt: at };
    const { price, size, ...nbbo } = market.update(at);
    sequence += 1;
    sink.nbbo({ ...stamp, ...nbbo });
    sink.trade({
      ...stamp,
      price,
      size,
      exchange: 0,
      trf: 0,
      tradeId: '',
      sequence,
      effects: REGULAR_SALE,
    });
  };

  const path = market.today(now);
  const candles = path.candlesUntil(now);
  const isEmpty = candles.length === 0;
  sink.candles(symbol, candles);
  sink.day({
    symbol,
    sourceTime: now,
    receivedAt: now,
    previousClose: path.previousClose,
    open: candles[0]?.open,
    high: isEmpty ? undefined : Math.max(...candles.map(({ high }) => high)),
    low: isEmpty ? undefined : Math.min(...candles.map(({ low }) => low)),
    volume: candles.reduce((sum, { volume }) => sum + volume, 0),
    last: candles.at(-1)?.close,
    bid: undefined,
    ask: undefined,
  });
  sink.confirmed(symbol, true);
  deliver(now);

  return {
    advance(elapsed, at) {
      due += (elapsed * updatesPerSecond) / 1_000;
      for (; due >= 1; due -= 1) deliver(at);
    },
  };
}
