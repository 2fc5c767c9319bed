/** One minute under construction, and the rules by which ticks build it. Prices are 0 until a tick sets them. */
import type { Candle } from './candle.ts';
import type { BarTick, TradeTick } from './feed.ts';
import { ADDS_VOLUME, EXTENDED_HOURS, SETS_HIGH_LOW, SETS_LAST } from './trade-effects.ts';

export const MINUTE_MS = 60_000;

export interface OpenCandle {
  readonly start: number;
  /** Form T trades set prices outside regular hours only. */
  readonly regular: boolean;
  /** Set by the first trade: from then on second bars would count the same shares again. */
  fromTrades: boolean;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
  openTime: number;
  closeTime: number;
}

export const createOpenCandle = (start: number, regular: boolean): OpenCandle => ({
  start,
  regular,
  fromTrades: false,
  open: 0,
  high: 0,
  low: 0,
  close: 0,
  volume: 0,
  openTime: 0,
  closeTime: 0,
});

function setLast(candle: OpenCandle, price: number, time: number): void {
  if (candle.open === 0 || time < candle.openTime) {
    candle.open = price;
    candle.openTime = time;
  }
  if (time >= candle.closeTime) {
    candle.close = price;
    candle.closeTime = time;
  }
}

function setHighLow(candle: OpenCandle, high: number, low: number): void {
  if (high > candle.high) candle.high = high;
  if (candle.low === 0 || low < candle.low) candle.low = low;
}

/** A whole minute from elsewhere takes the place of the one built here. */
function replaceBy(candle: OpenCandle, whole: Candle, closeTime: number): void {
  const { open, high, low, close, volume } = whole;
  Object.assign(candle, { open, high, low, close, volume, openTime: candle.start, closeTime });
}

/** Whether a trade changes its minute at all. */
export const movesCandle = ({ effects }: TradeTick): boolean =>
  (effects & (ADDS_VOLUME | SETS_LAST | SETS_HIGH_LOW)) !== 0;

export function addTrade(candle: OpenCandle, { effects, price, size, sourceTime }: TradeTick): void {
  candle.fromTrades = true;
  if (effects & ADDS_VOLUME) candle.volume += size;
  if (effects & EXTENDED_HOURS && candle.regular) return;
  if (effects & SETS_HIGH_LOW) setHighLow(candle, price, price);
  if (effects & SETS_LAST) setLast(candle, price, sourceTime);
}

export function addBar(candle: OpenCandle, bar: BarTick): void {
  if (bar.seconds === 60) {
    replaceBy(candle, bar, bar.sourceTime);
    return;
  }
  if (candle.fromTrades) return;
  candle.volume += bar.volume;
  setHighLow(candle, bar.high, bar.low);
  if (candle.open === 0) setLast(candle, bar.open, bar.start);
  setLast(candle, bar.close, bar.sourceTime);
}

/** A finished minute of before we listened. One that has as many shares already is kept. */
export function fillWith(candle: OpenCandle, past: Candle): void {
  if (candle.volume < past.volume) replaceBy(candle, past, past.start + MINUTE_MS - 1);
}

/** The candles so far, oldest first. A minute whose trades may set no price stands at the close before it. */
export function toCandles(open: readonly OpenCandle[]): Candle[] {
  const candles: Candle[] = [];
  let before = 0;
  for (const { start, volume, ...prices } of open) {
    const high = prices.high || before;
    const low = prices.low || before;
    if (high === 0) continue;
    // Derivatively priced trades set a high and a low but no last price.
    const close = prices.close || Math.min(Math.max(before, low), high);
    candles.push({ start, open: prices.open || close, high, low, close, volume });
    before = close;
  }
  return candles;
}
