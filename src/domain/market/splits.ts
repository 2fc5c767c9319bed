/** The port of stock splits, and what a split does to a price. */

/** `from` shares become `to` at the beginning of the trading day `day` (2026-01-05): 1 and 4, or 10 and 1. */
export interface Split {
  readonly symbol: string;
  readonly day: string;
  readonly from: number;
  readonly to: number;
}

export interface SplitCalendar {
  /**
   * The splits of the symbol from one day to another, both included, in any order; some of other days may be among them.
   * Throws where the source does not answer, and NOT_IN_PLAN where the account has no splits.
   */
  splits(symbol: string, from: string, to: string): Promise<readonly Split[]>;
}

/** Its name for good: a symbol has one split a day. */
export const splitName = ({ symbol, day, from, to }: Split): string => `${symbol} ${day} ${to}:${from}`;

/** Prices have no finer decimals anywhere. */
const PRICE_UNIT = 1e6;

/** What a price of before the split is after it, dollars. */
export const afterSplit = (price: number, { from, to }: Split): number =>
  Math.round(((price * from) / to) * PRICE_UNIT) / PRICE_UNIT;
