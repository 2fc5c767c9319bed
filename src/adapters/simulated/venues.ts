import { createRandom } from './random.ts';

/** Where a trade of the simulated market is made, and where its price lies between bid and ask. */
export interface SimulatedVenue {
  /** The reporting facility; 0 for an exchange. */
  readonly trf: number;
  /** From the trade to its report. */
  readonly reportMs: number;
  /** From the price down to the bid and up to the ask, in spreads. */
  readonly below: number;
  readonly above: number;
}

/** About what it is in the real market. */
const OFF_EXCHANGE = 0.4;
const MAX_REPORT_MS = 12;
/** New York Stock Exchange, Nasdaq in Carteret, Nasdaq in Chicago; most print in Carteret. */
const FACILITIES = [202, 202, 202, 201, 203];

const AT_BID = { below: 0, above: 1 };
const AT_ASK = { below: 1, above: 0 };
const AT_MIDDLE = { below: 1, above: 1 };
const NEAR_BID = { below: 1, above: 2 };
const NEAR_ASK = { below: 2, above: 1 };
const ON_EXCHANGES = [AT_BID, AT_ASK];
/** A trade of which nobody asks where it was made. */
export const AT_EXCHANGE_BID: SimulatedVenue = { trf: 0, reportMs: 0, ...AT_BID };
/** One in five at the middle, three in ten between it and a side. */
const OFF_EXCHANGES = [
  ...[AT_BID, AT_BID, AT_BID, AT_ASK, AT_ASK],
  ...[AT_MIDDLE, AT_MIDDLE, NEAR_BID, NEAR_ASK, NEAR_ASK],
];

/** The same for everyone who asks: a trade that is heard again after a restart is the same print. */
export function venueAt(symbol: string, seed: number, time: number): SimulatedVenue {
  const random = createRandom(`${seed}/${symbol}/venue/${time}`);
  const one = <T>(list: readonly T[]): T => list[Math.floor(random.next() * list.length)] as T;
  if (random.next() >= OFF_EXCHANGE) return { trf: 0, reportMs: 0, ...one(ON_EXCHANGES) };
  const reportMs = 1 + Math.floor(random.next() * MAX_REPORT_MS);
  return { trf: one(FACILITIES), reportMs, ...one(OFF_EXCHANGES) };
}
