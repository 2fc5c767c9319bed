import { createRandom, type Random } from './random.ts';
import type { SimulatedInstrument } from './universe.ts';

const DAY_MS = 86_400_000;
/** Closes are counted from this day: a seed gives the same prices on every machine. */
const FIRST_DAY_MS = Date.UTC(2018, 0, 2);
/** Closes stay within this of the universe's price: a reader still recognises them. */
const MAX_DRIFT = 0.35;
/** The pull back to that price, a day. */
const PERSISTENCE = 0.98;

export const toCents = (price: number): number => Math.max(0.01, Math.round(price * 100) / 100);

/** Days since the first one; every day before it is the first. */
export const dayNumberOf = (date: string): number =>
  Math.max(0, Math.round((Date.parse(date) - FIRST_DAY_MS) / DAY_MS));

interface Series {
  readonly random: Random;
  readonly closes: number[];
  /** Log return since the first day. */
  drift: number;
}

const known = new Map<string, Series>();

/** The closes of a symbol by the number of their day: each is drawn once, after those before it. */
export function closesOf(instrument: SimulatedInstrument, seed: number): (dayNumber: number) => number {
  const name = `${seed}/${instrument.symbol}/closes`;
  const series = known.get(name) ?? { random: createRandom(name), closes: [], drift: 0 };
  known.set(name, series);
  const { random, closes } = series;

  return (dayNumber) => {
    while (closes.length <= dayNumber) {
      if (closes.length > 0)
        series.drift = series.drift * PERSISTENCE + instrument.volatility * random.normal();
      const drift = Math.max(-MAX_DRIFT, Math.min(MAX_DRIFT, series.drift));
      closes.push(toCents(instrument.price * Math.exp(drift)));
    }
    return closes[dayNumber] as number;
  };
}
