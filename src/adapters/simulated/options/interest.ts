/** How much of a simulated contract is held and traded. */

import { expiryTime, yearsUntil } from '../../../domain/options/expiry.ts';
import type { NewYorkDay } from '../../../protocol/new-york.ts';
import { activity } from '../intraday.ts';
import { createRandom } from '../random.ts';
import type { SimulatedContract } from './contracts.ts';
import { roundness } from './strikes.ts';

const MINUTE_MS = 60_000;
const MINUTES_PER_DAY = 1_440;
const TRADING_DAYS = 252;
/** Contracts held at the money for each share that the underlying trades in a day. */
const HELD_PER_SHARE = 1 / 8_000;
/** Part of what is held that changes hands in a day, at most. */
const TURNOVER = 0.6;
/** Deviations from the money at which a third is left. */
const WIDTH = 1.5;

/** The part of a day's trading that is over at each minute. */
const cumulative = new Float64Array(MINUTES_PER_DAY + 1);
for (let minute = 0; minute < MINUTES_PER_DAY; minute++)
  cumulative[minute + 1] = cumulative[minute]! + activity(minute);

const shareUntil = (minutes: number): number => {
  const position = Math.max(0, Math.min(MINUTES_PER_DAY - 1e-9, minutes));
  const before = Math.floor(position);
  return cumulative[before]! + (cumulative[before + 1]! - cumulative[before]!) * (position - before);
};

export interface Interest {
  /** Contracts at the end of the day before. */
  readonly open: number;
  /** Contracts traded since midnight at `time`. */
  volumeAt(time: number): number;
  /** Contracts quoted on each side. */
  sizesAt(time: number): { readonly bidSize: number; readonly askSize: number };
}

/** Held and traded most at the money, at round strikes and in near expiries. `spot` is that of the day's beginning. */
export function createInterest(
  { instrument, symbol, strike, expiry }: SimulatedContract,
  seed: number,
  { start, date }: NewYorkDay,
  spot: number,
): Interest {
  const years = yearsUntil(expiry, start) ?? 0;
  const deviation = instrument.volatility * Math.sqrt(TRADING_DAYS * Math.max(years, 1 / TRADING_DAYS));
  const distance = Math.log(strike / spot) / deviation / WIDTH;
  const random = createRandom(`${seed}/${symbol}/interest`);
  const held = instrument.volume * HELD_PER_SHARE * roundness(instrument, strike);
  const open = Math.round((held * Math.exp(-distance * distance) * (0.5 + random.next())) / (1 + years));
  const today = createRandom(`${seed}/${symbol}/${date}`);
  const volume = open * TURNOVER * today.next() * Math.exp(-years);
  /** So that contracts do not trade in the same moments. */
  const phase = today.next();
  const closesAt = expiryTime(expiry);

  return {
    open,
    volumeAt: (time) =>
      Math.floor(volume * shareUntil((Math.min(time, closesAt) - start) / MINUTE_MS) + phase),
    sizesAt(time) {
      // A new pair of sizes each second, the same for everyone who asks.
      const second = Math.floor(time / 1_000);
      const lots = (salt: number): number => 1 + (Math.imul(second + salt, 2_654_435_761) >>> 27);
      return { bidSize: lots(open), askSize: lots(open + 7) };
    },
  };
}
