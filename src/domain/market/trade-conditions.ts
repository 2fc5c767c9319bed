/**
 * What a trade may move, by its sale conditions: the consolidated rules of the SIPs (CTS and UTP processing
 * guidelines) under Massive's ids, as GET /v3/reference/conditions lists them (`update_rules.consolidated`).
 */

/** May become the last price, and the open or close of a bar. */
export const SETS_LAST = 1;
/** May become the high or the low. */
export const SETS_HIGH_LOW = 2;
export const ADDS_VOLUME = 4;
/**
 * Printed outside regular hours (Form T): its price counts in pre- and post-market minutes only, never for the day
 * (massive.com/knowledge-base, "Does a Form T trade update a pre-market minute bar").
 */
export const EXTENDED_HOURS = 8;
/** Tells the closing price of an exchange: the auction's print or its official announcement. */
export const TELLS_CLOSE = 16;

/** Corrects the closing price told before, whatever its size. */
export const CORRECTS_CLOSE = 32;

const REGULAR = SETS_LAST | SETS_HIGH_LOW | ADDS_VOLUME;
const NOT_LAST = SETS_HIGH_LOW | ADDS_VOLUME;
const VOLUME_ONLY = ADDS_VOLUME;
const NOTHING = 0;

const RULES: Readonly<Record<number, number>> = {
  0: REGULAR,
  1: REGULAR, // acquisition
  2: VOLUME_ONLY, // average price
  3: REGULAR, // automatic execution
  4: REGULAR, // bunched
  5: NOT_LAST, // bunched sold
  6: REGULAR, // CAP election
  7: VOLUME_ONLY, // cash sale
  8: REGULAR, // closing print
  9: REGULAR, // cross
  10: NOT_LAST, // derivatively priced
  11: REGULAR, // distribution
  13: VOLUME_ONLY, // extended hours, sold out of sequence
  14: REGULAR, // intermarket sweep
  15: NOTHING, // market centre official close: repeats a print
  16: NOTHING, // market centre official open: repeats a print
  17: REGULAR, // market centre opening trade
  18: REGULAR, // market centre reopening trade
  19: REGULAR, // market centre closing trade
  20: VOLUME_ONLY, // next day
  21: VOLUME_ONLY, // price variation
  22: NOT_LAST, // prior reference price
  23: REGULAR, // rule 155
  25: REGULAR, // opening print
  27: REGULAR, // stopped stock
  28: REGULAR, // reopening print
  29: NOT_LAST, // seller
  30: REGULAR, // sold last
  33: NOT_LAST, // sold out of sequence
  34: REGULAR, // split trade
  36: REGULAR, // yellow flag
  37: VOLUME_ONLY, // odd lot
  38: SETS_LAST | SETS_HIGH_LOW, // corrected consolidated close
  41: REGULAR, // trade-through exempt
  52: VOLUME_ONLY, // contingent
  53: VOLUME_ONLY, // qualified contingent
};

const FORM_T = 12;
const CLOSING_PRINT = 8;
const OFFICIAL_CLOSE = 15;
const CLOSING_TRADE = 19;
const CORRECTED_CLOSE = 38;

/** Flags of one trade: each condition can only take away. A condition we do not know keeps its price out. */
export function tradeEffects(conditions: readonly number[] | undefined): number {
  if (conditions === undefined) return REGULAR;
  let effects = REGULAR;
  let flags = 0;
  for (let i = 0; i < conditions.length; i++) {
    const condition = conditions[i] as number;
    if (condition === FORM_T) {
      flags |= EXTENDED_HOURS;
      continue;
    }
    if (condition === CLOSING_PRINT || condition === OFFICIAL_CLOSE || condition === CLOSING_TRADE) {
      flags |= TELLS_CLOSE;
    } else if (condition === CORRECTED_CLOSE) {
      flags |= TELLS_CLOSE | CORRECTS_CLOSE;
    }
    effects &= RULES[condition] ?? VOLUME_ONLY;
  }
  return effects | flags;
}
