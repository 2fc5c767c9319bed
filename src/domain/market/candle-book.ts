import type { Candle } from './candle.ts';
import type { BarTick, TradeTick } from './feed.ts';
import type { MarketHours } from './market-hours.ts';
import { newYorkDay } from './new-york.ts';
import { ADDS_VOLUME, EXTENDED_HOURS, SETS_HIGH_LOW, SETS_LAST } from './trade-effects.ts';

/** One-minute candles of the current New York day, per symbol: at most 1,440 (1,500 on the longest day). */
export interface CandleBook {
  trade(tick: TradeTick): void;
  /** Minute bars replace the candle; second bars build it where no trades are heard. */
  bar(tick: BarTick): void;
  /** Minutes from before we listened; a minute of which we heard as many shares ourselves is kept. */
  fill(symbol: string, candles: readonly Candle[]): void;
  /** Oldest first. A minute whose trades may set no price stands at the close before it. */
  get(symbol: string): Candle[];
  clear(): void;
}

const MINUTE_MS = 60_000;

/** A candle under construction; prices are 0 until a trade sets them. */
interface OpenCandle {
  readonly start: number;
  /** Form T trades set prices outside regular hours only. */
  readonly regular: boolean;
  /** Then second bars would count the same shares again. */
  fromTrades: boolean;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
  openTime: number;
  closeTime: number;
}

interface Day {
  readonly start: number;
  readonly end: number;
  /** Ascending by start. */
  readonly candles: OpenCandle[];
}

export function createCandleBook({ hours }: { hours: MarketHours }): CandleBook {
  const days = new Map<string, Day>();

  /** The day `time` belongs to; undefined where the book has moved on to a later one. */
  const dayOf = (symbol: string, time: number): Day | undefined => {
    const day = days.get(symbol);
    if (day && time >= day.start && time < day.end) return day;
    if (day && time < day.start) return undefined;
    const { start, end } = newYorkDay(time);
    const fresh: Day = { start, end, candles: [] };
    days.set(symbol, fresh);
    return fresh;
  };

  const candleAt = (day: Day, start: number): OpenCandle => {
    const { candles } = day;
    let i = candles.length - 1;
    while (i >= 0 && (candles[i] as OpenCandle).start > start) i--;
    const found = candles[i];
    if (found?.start === start) return found;
    const fresh: OpenCandle = {
      start,
      regular: hours.session(start) === 'regular',
      fromTrades: false,
      open: 0,
      high: 0,
      low: 0,
      close: 0,
      volume: 0,
      openTime: 0,
      closeTime: 0,
    };
    candles.splice(i + 1, 0, fresh);
    return fresh;
  };

  const setLast = (candle: OpenCandle, price: number, time: number): void => {
    if (candle.open === 0 || time < candle.openTime) {
      candle.open = price;
      candle.openTime = time;
    }
    if (time >= candle.closeTime) {
      candle.close = price;
      candle.closeTime = time;
    }
  };
  /** A whole minute from elsewhere takes the place of what we heard. */
  const replace = (candle: OpenCandle, whole: Candle, closeTime: number): void => {
    const { open, high, low, close, volume } = whole;
    Object.assign(candle, { open, high, low, close, volume, openTime: candle.start, closeTime });
  };
  const setHighLow = (candle: OpenCandle, high: number, low: number): void => {
    if (high > candle.high) candle.high = high;
    if (candle.low === 0 || low < candle.low) candle.low = low;
  };

  return {
    trade(tick) {
      const day = dayOf(tick.symbol, tick.sourceTime);
      if (!day) return;
      const { effects } = tick;
      if ((effects & (ADDS_VOLUME | SETS_LAST | SETS_HIGH_LOW)) === 0) return;
      const candle = candleAt(day, tick.sourceTime - (tick.sourceTime % MINUTE_MS));
      candle.fromTrades = true;
      if (effects & ADDS_VOLUME) candle.volume += tick.size;
      if (effects & EXTENDED_HOURS && candle.regular) return;
      if (effects & SETS_HIGH_LOW) setHighLow(candle, tick.price, tick.price);
      if (effects & SETS_LAST) setLast(candle, tick.price, tick.sourceTime);
    },
    bar(tick) {
      const day = dayOf(tick.symbol, tick.start);
      if (!day) return;
      const minute = tick.start - (tick.start % MINUTE_MS);
      const candle = candleAt(day, minute);
      if (tick.seconds === 60) {
        replace(candle, tick, tick.sourceTime);
      } else if (!candle.fromTrades) {
        candle.volume += tick.volume;
        setHighLow(candle, tick.high, tick.low);
        if (candle.open === 0) setLast(candle, tick.open, tick.start);
        setLast(candle, tick.close, tick.sourceTime);
      }
    },
    fill(symbol, candles) {
      for (const past of candles) {
        const day = dayOf(symbol, past.start);
        if (!day) continue;
        const candle = candleAt(day, past.start);
        if (candle.volume < past.volume) replace(candle, past, past.start + MINUTE_MS - 1);
      }
    },
    get(symbol) {
      const finished: Candle[] = [];
      let before = 0;
      for (const { start, volume, ...prices } of days.get(symbol)?.candles ?? []) {
        const high = prices.high || before;
        const low = prices.low || before;
        if (high === 0) continue;
        // Derivatively priced trades set a high and a low but no last price.
        const close = prices.close || Math.min(Math.max(before, low), high);
        finished.push({ start, open: prices.open || close, high, low, close, volume });
        before = close;
      }
      return finished;
    },
    clear: () => days.clear(),
  };
}
