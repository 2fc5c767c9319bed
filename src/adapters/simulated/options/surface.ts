/** The volatility of the simulated market by strike and time: a smile that leans, and a term structure. */
import type { NewYorkDay } from '../../../protocol/new-york.ts';
import { addDays } from '../../../protocol/new-york.ts';
import { createRandom } from '../random.ts';
import type { SimulatedInstrument } from '../universe.ts';

const TRADING_DAYS = 252;
/** Puts below the money cost more: volatility falls by this part for one deviation of the strike. */
const SKEW = 0.07;
const CURVATURE = 0.025;
/** In deviations: beyond it the smile is flat. */
const SMILE_WIDTH = 4;
/** The level of a day against its long-term mean, as a standard deviation of its logarithm. */
const LEVEL_NOISE = 0.08;
/** Years in which the term structure comes back to the mean. */
const TERM_YEARS = 0.25;
const [LOWEST, HIGHEST] = [0.05, 2];

/** How far the volatility of a day stands from its mean; 0 at the mean. */
const levelOf = (instrument: SimulatedInstrument, seed: number, date: string): number =>
  LEVEL_NOISE * createRandom(`${seed}/${instrument.symbol}/${date}/volatility`).normal();

/** The volatility of one underlying through one day. */
export interface Surface {
  /** A decimal a year. `time` is milliseconds since epoch, `forward` and `strike` dollars. */
  volatilityAt(time: number, forward: number, strike: number, years: number): number;
}

/** Moves from the level of this day to that of the next, so that no day begins with a jump. */
export function createSurface(instrument: SimulatedInstrument, seed: number, day: NewYorkDay): Surface {
  const mean = instrument.volatility * Math.sqrt(TRADING_DAYS);
  const first = levelOf(instrument, seed, day.date);
  const next = levelOf(instrument, seed, addDays(day.date, 1));

  return {
    volatilityAt(time, forward, strike, years) {
      const passed = (time - day.start) / (day.end - day.start);
      const level = (first + (next - first) * passed) * Math.exp(-years / TERM_YEARS);
      const money = mean * Math.exp(level);
      const deviations = Math.log(strike / forward) / (money * Math.sqrt(years));
      const x = Math.max(-SMILE_WIDTH, Math.min(SMILE_WIDTH, deviations));
      const volatility = money * (1 - SKEW * x + CURVATURE * x * x);
      return Math.max(LOWEST, Math.min(HIGHEST, volatility));
    },
  };
}
