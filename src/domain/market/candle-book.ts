import type { BarTick, TradeTick } from './feed.ts';

/** One minute. `start` is milliseconds since epoch; prices in dollars, volume in shares. */
export interface Candle {
  readonly start: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

/** One-minute candles of the current New York day, per symbol. */
export interface CandleBook {
  trade(tick: TradeTick): void;
  bar(tick: BarTick): void;
  fill(symbol: string, candles: readonly Candle[]): void;
  /** Oldest first. */
  get(symbol: string): readonly Candle[];
  clear(): void;
}

export declare function createCandleBook(): CandleBook;
