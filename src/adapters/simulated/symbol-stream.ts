import type { Candle } from '../../domain/market/candle.ts';
import type { DayTick, FeedSink } from '../../domain/market/feed.ts';
import { REGULAR_SALE } from '../../domain/market/trade-effects.ts';
import { newYorkDay } from '../../protocol/new-york.ts';
import type { SplitScript } from './splits.ts';
import { createSymbolMarket } from './symbol-market.ts';
import { minuteOf, momentsBetween } from './tape.ts';
import type { SimulatedInstrument } from './universe.ts';

const MINUTE_MS = 60_000;
/** The number under which all reporting facilities report. */
const FINRA = 4;

/** The ticks of one symbol, from its subscription on. */
export interface SymbolStream {
  /** Delivers what the `elapsed` milliseconds up to `now` owe. */
  advance(elapsed: number, now: number): void;
}

export interface SymbolStreamOptions {
  readonly instrument: SimulatedInstrument;
  readonly seed: number;
  readonly splits?: SplitScript | undefined;
  readonly updatesPerSecond: number;
  readonly sink: FeedSink;
  /** Up to when the trades of this minute have been delivered before. */
  readonly knownUntil: number;
}

/** Delivers the symbol's day so far, this minute's trades and a first tick at `now`. */
export function openSymbolStream(options: SymbolStreamOptions, now: number): SymbolStream {
  const { instrument, seed, updatesPerSecond, sink } = options;
  const { symbol } = instrument;
  const market = createSymbolMarket(instrument, seed, now, options.splits);
  /** Updates owed so far, whole and in parts. */
  let due = 0;
  /** Trades up to here are delivered. */
  let known = options.knownUntil;
  let quotedAt = 0;
  let day = newYorkDay(now);

  const deliver = (at: number): void => {
    // The minute so far is told as trades on an exchange: its prints were made before anybody followed the symbol.
    const { price, venue, ...nbbo } = market.updateAt(at, at < now);
    const before = minuteOf(known) === minuteOf(at) ? market.tradedInMinute(known) : 0;
    const size = market.tradedInMinute(at) - before;
    known = at;
    // An off-exchange trade was made at this quote, and is reported a moment later.
    quotedAt = Math.min(at, Math.max(quotedAt, at - venue.reportMs));
    sink.nbbo({ symbol, sourceTime: quotedAt, receivedAt: at, ...nbbo });
    if (size <= 0) return;
    sink.trade({
      symbol,
      sourceTime: at,
      receivedAt: at,
      price,
      size,
      decimalSize: '',
      participantTime: quotedAt,
      exchange: venue.trf === 0 ? 0 : FINRA,
      trf: venue.trf,
      tradeId: String(at),
      // One trade a millisecond at most: its time numbers it, for whoever hears it when.
      sequence: at,
      effects: REGULAR_SALE,
    });
  };
  /** The moments since the last update that nobody may miss, else an update between them. */
  const update = (at: number): void => {
    const moments = momentsBetween(known, at);
    for (const moment of moments.length > 0 ? moments : [at]) deliver(moment);
  };
  /** The minutes that are over, and the day as it was when the trades that are known had come. */
  const deliverDay = (at: number): void => {
    const path = market.on(at);
    day = path.day;
    const candles = path.candlesUntil(at);
    const inMinute = minuteOf(known) === minuteOf(at) ? market.tradedInMinute(known) : 0;
    sink.candles(symbol, candles);
    sink.day({
      ...{
        symbol,
        receivedAt: at,
        previousClose: path.previousClose,
        isAdjusted: true,
        ...soFar(candles, inMinute),
      },
      // Trades after `known` are to come.
      sourceTime: Math.max(known + 1, path.day.start),
    });
  };

  deliverDay(now);
  sink.confirmed(symbol, true);
  update(now);

  return {
    advance(elapsed, at) {
      // After a stall the minutes that are over come as such; a clock set back begins its minute again.
      if (at < known || at - known > MINUTE_MS) {
        known = minuteOf(at) - 1;
        deliverDay(at);
      }
      due += (elapsed * updatesPerSecond) / 1_000;
      for (; due >= 1; due -= 1) update(at);
      if (at >= day.end) deliverDay(at);
    },
  };
}

/** The day of these minutes, and the shares of the one after them. */
function soFar(
  candles: readonly Candle[],
  inMinute: number,
): Omit<DayTick, 'symbol' | 'sourceTime' | 'receivedAt' | 'previousClose'> {
  const isEmpty = candles.length === 0;
  return {
    open: candles[0]?.open,
    high: isEmpty ? undefined : Math.max(...candles.map(({ high }) => high)),
    low: isEmpty ? undefined : Math.min(...candles.map(({ low }) => low)),
    volume: candles.reduce((sum, { volume }) => sum + volume, inMinute),
    last: candles.at(-1)?.close,
    bid: undefined,
    ask: undefined,
  };
}
