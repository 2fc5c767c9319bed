import { newYorkDay } from '../../protocol/new-york.ts';
import { toCents } from './closes.ts';
import { createDayPath, type DayPath } from './day-path.ts';
import { createRandom } from './random.ts';
import type { SimulatedInstrument } from './universe.ts';

const MINUTE_MS = 60_000;
const ROUND_LOT = 100;
/** Lots quoted on each side, on average. */
const QUOTED_LOTS = 6;
/** Spread and jitter in ten-thousandths of the price: a cent for most names, a few cents for expensive ones. */
const SPREAD = 0.0001;

/** One simulated update: a new NBBO, and a trade at its bid or ask. */
export interface SimulatedUpdate {
  readonly bid: number;
  readonly ask: number;
  readonly bidSize: number;
  readonly askSize: number;
  readonly price: number;
  readonly size: number;
}

export interface SymbolMarket {
  /** The path of the day `now` belongs to. */
  today(now: number): DayPath;
  /** What happens up to `now`. */
  update(now: number): SimulatedUpdate;
}

/**
 * Trades and quotes around the day's path: in each minute its trades come to the volume that history has of it. The
 * jitter is drawn from a stream that begins at `startedAt`.
 */
export function createSymbolMarket(
  instrument: SimulatedInstrument,
  seed: number,
  startedAt: number,
): SymbolMarket {
  const random = createRandom(`${seed}/${instrument.symbol}/${startedAt}`);
  let path = createDayPath(instrument, seed, newYorkDay(startedAt));
  /** Shares since midnight; the minute of the start is owed as a whole. */
  let traded = path.volumeAt(startedAt - (startedAt % MINUTE_MS));

  const today = (now: number): DayPath => {
    if (now < path.day.end) return path;
    traded = 0;
    path = createDayPath(instrument, seed, newYorkDay(now));
    return path;
  };
  /** A part of what is owed up to `now`, at least a share. */
  const shares = (now: number): number => {
    const size = Math.max(1, Math.round((path.volumeAt(now) - traded) * random.next()));
    traded += size;
    return size;
  };
  /** Exponentially distributed, at least one. */
  const lots = (average: number): number =>
    ROUND_LOT * Math.max(1, Math.round(average * -Math.log(1 - random.next())));

  return {
    today,
    update(now) {
      const middle = today(now).priceAt(now) * (1 + 0.5 * SPREAD * random.normal());
      const spread = Math.max(0.01, toCents(middle * SPREAD * (0.5 + random.next())));
      const bid = toCents(middle - spread / 2);
      const ask = toCents(bid + spread);
      return {
        bid,
        ask,
        bidSize: lots(QUOTED_LOTS),
        askSize: lots(QUOTED_LOTS),
        price: random.next() < 0.5 ? bid : ask,
        size: shares(now),
      };
    },
  };
}
