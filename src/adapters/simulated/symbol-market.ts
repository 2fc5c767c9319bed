import { newYorkDay } from '../../protocol/new-york.ts';
import { toCents } from './closes.ts';
import { createDayPath, type DayPath } from './day-path.ts';
import { createRandom } from './random.ts';
import type { SplitScript } from './splits.ts';
import { partTraded, pricedAt } from './tape.ts';
import type { SimulatedInstrument } from './universe.ts';
import { AT_EXCHANGE_BID, type SimulatedVenue, venueAt } from './venues.ts';

const ROUND_LOT = 100;
/** Lots quoted on each side, on average. */
const QUOTED_LOTS = 6;
/** In ten-thousandths of the price: a cent for most names, a few cents for expensive ones. */
const SPREAD = 0.0001;

/** One simulated update: a new NBBO, and the price at which the symbol trades: at its bid or ask, or off-exchange between. */
export interface SimulatedUpdate {
  readonly bid: number;
  readonly ask: number;
  readonly bidSize: number;
  readonly askSize: number;
  readonly price: number;
  readonly venue: SimulatedVenue;
}

export interface SymbolMarket {
  /** The path of the day `now` belongs to. */
  on(now: number): DayPath;
  /** Shares traded since the minute of `time` began. */
  tradedInMinute(time: number): number;
  /** With `isLit` the trade is one on an exchange. */
  updateAt(time: number, isLit?: boolean): SimulatedUpdate;
}

/** Trades on the day's path, and quotes around them. The spread is drawn from a stream that begins at `startedAt`. */
export function createSymbolMarket(
  instrument: SimulatedInstrument,
  seed: number,
  startedAt: number,
  script: SplitScript = [],
): SymbolMarket {
  const random = createRandom(`${seed}/${instrument.symbol}/${startedAt}`);
  let path = createDayPath(instrument, seed, newYorkDay(startedAt), script);

  const on = (now: number): DayPath => {
    if (now < path.day.start || now >= path.day.end)
      path = createDayPath(instrument, seed, newYorkDay(now), script);
    return path;
  };
  /** Exponentially distributed, at least one. */
  const lots = (average: number): number =>
    ROUND_LOT * Math.max(1, Math.round(average * -Math.log(1 - random.next())));

  return {
    on,
    tradedInMinute: (time) => Math.floor(on(time).volumeOf(time) * partTraded(time) + 1e-6),
    updateAt(time, isLit = false) {
      const price = toCents(on(time).priceAt(pricedAt(time)));
      const spread = Math.max(0.01, toCents(price * SPREAD * (0.5 + random.next())));
      const venue = isLit ? AT_EXCHANGE_BID : venueAt(instrument.symbol, seed, time);
      return {
        bid: toCents(price - venue.below * spread),
        ask: toCents(price + venue.above * spread),
        bidSize: lots(QUOTED_LOTS),
        askSize: lots(QUOTED_LOTS),
        price,
        venue,
      };
    },
  };
}
