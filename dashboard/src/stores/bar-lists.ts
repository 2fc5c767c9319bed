/** Lists of bars, oldest first: how pages, the running bar and ticks become one without a gap or a jump. */
import { type Bar, barStart } from '../lib/bars.ts';
import type { BarSize } from '../lib/timeframes.ts';

/** What a quote or a contract's update says of the present. */
export interface MarketTick {
  readonly price: number;
  /** Shares or contracts traded today. */
  readonly volume: number;
  readonly timestamp: string;
  readonly open?: number;
  readonly high?: number;
  readonly low?: number;
  /** The time may be that of a quote: the price may then be of an earlier trade. */
  readonly quoted?: boolean;
}

const isDay = ({ timespan, multiplier }: BarSize): boolean => timespan === 'day' && multiplier === 1;

/** One bar of two that begin together: `later` knows the last price, neither knows of all shares. */
const merged = (earlier: Bar, later: Bar): Bar => ({
  ...earlier,
  high: Math.max(earlier.high, later.high),
  low: Math.min(earlier.low, later.low),
  close: later.close,
  volume: Math.max(earlier.volume, later.volume),
});

/** The bars that two lists have together. A finished bar is as `fetched` has it; the running one is both. */
export function joinBars(held: readonly Bar[], fetched: readonly Bar[]): readonly Bar[] {
  const [first, last] = [fetched[0], fetched.at(-1)];
  if (!first || !last) return held;
  const running = held.at(-1);
  const before = held.filter(({ time }) => time < first.time);
  const after = held.filter(({ time }) => time > last.time);
  // Between them the newer answer is right, also where it has no bar.
  if (running?.time !== last.time) return [...before, ...fetched, ...after];
  return [...before, ...fetched.slice(0, -1), merged(last, running)];
}

/** Larger bars from minutes that were traded lately. */
export function gathered(minutes: readonly Bar[], size: BarSize): readonly Bar[] {
  const bars: Bar[] = [];
  for (const minute of minutes) {
    const time = barStart(minute.time, size);
    const last = bars.at(-1);
    if (last?.time === time)
      bars[bars.length - 1] = { ...merged(last, minute), volume: last.volume + minute.volume };
    else bars.push({ ...minute, time });
  }
  return bars;
}

/**
 * The bars after a tick; the same list where it changes nothing. `traded` is what was traded since the tick before:
 * without a trade no bar begins.
 */
export function withTick(
  bars: readonly Bar[],
  tick: MarketTick,
  size: BarSize,
  traded: number,
): readonly Bar[] {
  const second = Math.floor(Date.parse(tick.timestamp) / 1_000);
  if (!Number.isFinite(second)) return bars;
  const time = barStart(second, size);
  const last = bars.at(-1);
  if (last && time < last.time) return bars;
  const { price } = tick;
  // Of its own day a tick knows all figures.
  const day = isDay(size) ? tick : undefined;
  if (tick.quoted && !day && traded <= 0) return bars;
  const high = Math.max(day?.high ?? price, price);
  const low = Math.min(day?.low ?? price, price);
  if (!last || time > last.time) {
    if (traded <= 0) return bars;
    return [
      ...bars,
      { time, open: day?.open ?? price, high, low, close: price, volume: day?.volume ?? traded },
    ];
  }
  const volume = day ? Math.max(last.volume, day.volume) : last.volume + traded;
  if (last.close === price && last.volume === volume) return bars;
  const grown = {
    ...last,
    high: Math.max(last.high, high),
    low: Math.min(last.low, low),
    close: price,
    volume,
  };
  return [...bars.slice(0, -1), grown];
}
