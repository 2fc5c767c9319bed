import { newYorkDay } from '../../protocol/new-york.ts';
import type { Candle } from './candle.ts';
import type { BarTick, TradeTick } from './feed.ts';
import { createHoursOf } from './market-hours.ts';
import {
  addBar,
  addTrade,
  createOpenCandle,
  fillWith,
  MINUTE_MS,
  movesCandle,
  type OpenCandle,
  toCandles,
} from './open-candle.ts';

/** One-minute candles of the current New York day, per symbol: at most 1,440 (1,500 on the longest day). */
export interface CandleBook {
  trade(tick: TradeTick): void;
  /** Minute bars replace the candle; second bars build it where no trades arrive. */
  bar(tick: BarTick): void;
  /** Minutes of before we listened. A minute of which as many shares arrived here is kept. */
  fill(symbol: string, candles: readonly Candle[]): void;
  /** Oldest first. A minute whose trades may set no price stands at the close before it. */
  get(symbol: string): Candle[];
  /** Forgets what `isOver` says; `isPast` where the symbol's day is before the latest one. */
  forget(isOver: (symbol: string, isPast: boolean) => boolean): void;
  clear(): void;
}

interface Day {
  readonly symbol: string;
  readonly start: number;
  readonly end: number;
  /** Ascending by start. */
  readonly candles: OpenCandle[];
}

const minuteOf = (time: number): number => time - (time % MINUTE_MS);

export function createCandleBook(): CandleBook {
  const hoursOf = createHoursOf('us-equities');
  const days = new Map<string, Day>();
  let latestStart = 0;

  /** The day `time` belongs to; undefined where the book has moved on to a later one. */
  const dayOf = (symbol: string, time: number): Day | undefined => {
    const day = days.get(symbol);
    if (day && time >= day.start && time < day.end) return day;
    if (day && time < day.start) return undefined;
    const { start, end } = newYorkDay(time);
    const fresh: Day = { symbol, start, end, candles: [] };
    days.set(symbol, fresh);
    latestStart = Math.max(latestStart, start);
    return fresh;
  };

  /** The candle that begins at `start`. Ticks come nearly in order, so it is looked for from the end. */
  const candleAt = ({ symbol, candles }: Day, start: number): OpenCandle => {
    let i = candles.length - 1;
    while (i >= 0 && (candles[i] as OpenCandle).start > start) i--;
    const found = candles[i];
    if (found?.start === start) return found;
    const fresh = createOpenCandle(start, hoursOf(symbol).session(start) === 'regular');
    candles.splice(i + 1, 0, fresh);
    return fresh;
  };

  return {
    trade(tick) {
      const day = dayOf(tick.symbol, tick.sourceTime);
      if (day && movesCandle(tick)) addTrade(candleAt(day, minuteOf(tick.sourceTime)), tick);
    },
    bar(tick) {
      const day = dayOf(tick.symbol, tick.start);
      if (day) addBar(candleAt(day, minuteOf(tick.start)), tick);
    },
    fill(symbol, candles) {
      for (const past of candles) {
        const day = dayOf(symbol, past.start);
        if (day) fillWith(candleAt(day, past.start), past);
      }
    },
    get: (symbol) => toCandles(days.get(symbol)?.candles ?? []),
    forget(isOver) {
      for (const { symbol, end } of days.values())
        if (isOver(symbol, end <= latestStart)) days.delete(symbol);
    },
    clear() {
      days.clear();
      latestStart = 0;
    },
  };
}
