/**
 * What a trade may move. A feed says it with each trade, from the sale conditions of its vendor: the rules are those of
 * the consolidated tape (CTS and UTP processing guidelines).
 */

/** May become the last price, and the open or close of a bar. */
export const SETS_LAST = 1;
/** May become the high or the low. */
export const SETS_HIGH_LOW = 2;
export const ADDS_VOLUME = 4;
/** Printed outside regular hours (Form T): its price counts in pre- and post-market minutes only, never for the day. */
export const EXTENDED_HOURS = 8;
/** Reports the closing price of an exchange: the auction's print or its official announcement. */
export const REPORTS_CLOSE = 16;
/** Corrects the closing price reported before, whatever its size. */
export const CORRECTS_CLOSE = 32;
/**
 * Its price is none of its own time: an average, derived from another instrument, of a prior reference, contingent on
 * other trades, for another settlement, or made in a cross. It says nothing of who was eager.
 */
export const UNTIMELY_PRICE = 64;

/** A trade without conditions: it moves everything that a trade of regular hours may move. */
export const REGULAR_SALE = SETS_LAST | SETS_HIGH_LOW | ADDS_VOLUME;

/** The same of a trade whose price is not of now: it counts for the volume alone. */
export const withoutPrice = (effects: number): number =>
  effects & (ADDS_VOLUME | EXTENDED_HOURS | UNTIMELY_PRICE);
