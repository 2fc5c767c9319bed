import type { Candle } from '../../domain/market/candle.ts';
import type { NewYorkDay } from '../../protocol/new-york.ts';
import { closesOf, dayNumberOf, toCents } from './closes.ts';
import { activity } from './intraday.ts';
import { createRandom, type Random } from './random.ts';
import { type SplitScript, shareRatio } from './splits.ts';
import type { SimulatedInstrument } from './universe.ts';

/** Read once: a day takes thousands of calls, which go through the context's globals in a test. */
const { exp, floor, log, max, min, round, sqrt } = Math;

const MINUTE_MS = 60_000;
const STEPS_PER_MINUTE = 4;
const ROUND_LOT = 100;

/** A whole simulated day of one symbol, known in advance: a restart in the middle continues it. */
export interface DayPath {
  readonly day: NewYorkDay;
  readonly previousClose: number;
  /** The unrounded price at a moment of the day. */
  priceAt(time: number): number;
  /** Shares traded in the minute of `time`. */
  volumeOf(time: number): number;
  /** The minutes that are over at `now`. */
  candlesUntil(now: number): Candle[];
  /** The whole day. */
  bar(): Candle;
}

/** Spread of the volume of days, as the standard deviation of its logarithm: that of large US stocks is about this. */
const DAY_VOLUME_SPREAD = 0.3;
/** How busy a day is against an average one. */
const busyness = (random: Random): number => exp(DAY_VOLUME_SPREAD * random.normal());

/**
 * A Brownian bridge from one close to the next in business time: fast while the market is busy. That way every day
 * begins where the one before ended.
 */
export function createDayPath(
  instrument: SimulatedInstrument,
  seed: number,
  day: NewYorkDay,
  script: SplitScript = [],
): DayPath {
  const ratio = shareRatio(script, instrument.symbol, day.date);
  const dayNumber = dayNumberOf(day.date);
  const closeOf = closesOf(instrument, seed);
  const previousClose = toCents(closeOf(dayNumber) / ratio);
  const close = toCents(closeOf(dayNumber + 1) / ratio);
  const random = createRandom(`${seed}/${instrument.symbol}/${day.date}`);
  const minutes = round((day.end - day.start) / MINUTE_MS);

  const walk = new Float64Array(minutes * STEPS_PER_MINUTE + 1);
  const businessTime = new Float64Array(walk.length);
  for (let i = 1; i < walk.length; i++) {
    const part = activity(floor((i - 1) / STEPS_PER_MINUTE)) / STEPS_PER_MINUTE;
    walk[i] = (walk[i - 1] as number) + instrument.volatility * sqrt(part) * random.normal();
    businessTime[i] = (businessTime[i - 1] as number) + part;
  }
  const busy = busyness(createRandom(`${seed}/${instrument.symbol}/${day.date}/volume`));
  const volumes = volumesOf(ratio * instrument.volume * busy, minutes, random);

  const missing = log(close / previousClose) - (walk.at(-1) as number);
  const whole = businessTime.at(-1) as number;
  const logAt = (step: number): number =>
    (walk[step] as number) + (missing * (businessTime[step] as number)) / whole;
  const priceAtStep = (step: number): number => previousClose * exp(logAt(step));

  return {
    day,
    previousClose,
    priceAt(time) {
      const steps = ((time - day.start) / MINUTE_MS) * STEPS_PER_MINUTE;
      const position = max(0, min(walk.length - 1.000001, steps));
      const before = floor(position);
      const height = logAt(before) + (logAt(before + 1) - logAt(before)) * (position - before);
      return previousClose * exp(height);
    },
    volumeOf: (time) => volumes[max(0, min(minutes - 1, floor((time - day.start) / MINUTE_MS)))] as number,
    candlesUntil(now) {
      const candles: Candle[] = [];
      for (let minute = 0; day.start + (minute + 1) * MINUTE_MS <= now && minute < minutes; minute++) {
        const first = minute * STEPS_PER_MINUTE;
        const prices = Array.from({ length: STEPS_PER_MINUTE + 1 }, (_, i) =>
          toCents(priceAtStep(first + i)),
        );
        candles.push({
          start: day.start + minute * MINUTE_MS,
          open: prices[0] as number,
          high: max(...prices),
          low: min(...prices),
          close: prices.at(-1) as number,
          volume: volumes[minute] as number,
        });
      }
      return candles;
    },
    bar() {
      let [high, low] = [0, 0];
      for (let step = 1; step < walk.length; step++) {
        const height = logAt(step);
        if (height > high) high = height;
        else if (height < low) low = height;
      }
      return {
        start: day.start,
        open: previousClose,
        high: toCents(previousClose * exp(high)),
        low: toCents(previousClose * exp(low)),
        close,
        volume: volumes.reduce((sum, volume) => sum + volume, 0),
      };
    },
  };
}

/** Shares traded in each minute of a day, by its `shares` in all. */
const volumesOf = (shares: number, minutes: number, random: Random): number[] =>
  Array.from({ length: minutes }, (_, minute) => {
    const lots = (shares * activity(minute) * (0.5 + random.next())) / ROUND_LOT;
    return max(1, round(lots)) * ROUND_LOT;
  });
