/** A minute, or a second of a feed. `start` is milliseconds since epoch; prices in dollars, volume in shares. */
export interface Candle {
  readonly start: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}
