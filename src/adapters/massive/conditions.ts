import {
  ADDS_VOLUME,
  CORRECTS_CLOSE,
  EXTENDED_HOURS,
  REGULAR_SALE,
  REPORTS_CLOSE,
  SETS_HIGH_LOW,
  SETS_LAST,
  UNTIMELY_PRICE,
} from '../../domain/market/trade-effects.ts';

const NOT_LAST = SETS_HIGH_LOW | ADDS_VOLUME;
const VOLUME_ONLY = ADDS_VOLUME;
const NOTHING = 0;

/** Massive's ids, as GET /v3/reference/conditions lists them (`update_rules.consolidated`). */
const RULES: Readonly<Record<number, number>> = {
  0: REGULAR_SALE,
  1: REGULAR_SALE, // acquisition
  2: VOLUME_ONLY, // average price
  3: REGULAR_SALE, // automatic execution
  4: REGULAR_SALE, // bunched
  5: NOT_LAST, // bunched sold
  6: REGULAR_SALE, // CAP election
  7: VOLUME_ONLY, // cash sale
  8: REGULAR_SALE, // closing print
  9: REGULAR_SALE, // cross
  10: NOT_LAST, // derivatively priced
  11: REGULAR_SALE, // distribution
  13: VOLUME_ONLY, // extended hours, sold out of sequence
  14: REGULAR_SALE, // intermarket sweep
  15: NOTHING, // market centre official close: repeats a print
  16: NOTHING, // market centre official open: repeats a print
  17: REGULAR_SALE, // market centre opening trade
  18: REGULAR_SALE, // market centre reopening trade
  19: REGULAR_SALE, // market centre closing trade
  20: VOLUME_ONLY, // next day
  21: VOLUME_ONLY, // price variation
  22: NOT_LAST, // prior reference price
  23: REGULAR_SALE, // rule 155
  25: REGULAR_SALE, // opening print
  27: REGULAR_SALE, // stopped stock
  28: REGULAR_SALE, // reopening print
  29: NOT_LAST, // seller
  30: REGULAR_SALE, // sold last
  33: NOT_LAST, // sold out of sequence
  34: REGULAR_SALE, // split trade
  36: REGULAR_SALE, // yellow flag
  37: VOLUME_ONLY, // odd lot
  38: SETS_LAST | SETS_HIGH_LOW, // corrected consolidated close
  41: REGULAR_SALE, // trade-through exempt
  52: VOLUME_ONLY, // contingent
  53: VOLUME_ONLY, // qualified contingent
};

/** Form T: massive.com/knowledge-base, "Does a Form T trade update a pre-market minute bar". */
const FORM_T = 12;
const CLOSING_PRINT = 8;
const OFFICIAL_CLOSE = 15;
const CLOSING_TRADE = 19;
const CORRECTED_CLOSE = 38;

/**
 * Average price, cash, next day, derivatively priced, prior reference and contingent trades; a cross, and the auctions and
 * official prices of exchanges.
 */
const UNTIMELY: ReadonlySet<number> = new Set([
  2, 7, 8, 9, 10, 15, 16, 17, 18, 19, 20, 22, 25, 28, 38, 52, 53,
]);

/** Flags of one trade: each condition can only take away. A condition that is not listed keeps the price out. */
export function tradeEffects(conditions: readonly unknown[] | undefined): number {
  if (conditions === undefined) return REGULAR_SALE;
  let effects = REGULAR_SALE;
  let flags = 0;
  for (let i = 0; i < conditions.length; i++) {
    const condition = conditions[i] as number;
    if (condition === FORM_T) {
      flags |= EXTENDED_HOURS;
      continue;
    }
    if (condition === CLOSING_PRINT || condition === OFFICIAL_CLOSE || condition === CLOSING_TRADE) {
      flags |= REPORTS_CLOSE;
    } else if (condition === CORRECTED_CLOSE) {
      flags |= REPORTS_CLOSE | CORRECTS_CLOSE;
    }
    if (UNTIMELY.has(condition)) flags |= UNTIMELY_PRICE;
    effects &= RULES[condition] ?? VOLUME_ONLY;
  }
  return effects | flags;
}

/** Massive's ids of the OPRA trade types; rules as OPRA's Data Recipient Specification has them. */
const OPTION_RULES: Readonly<Record<number, number>> = {
  201: NOTHING, // cancelled
  202: VOLUME_ONLY, // late and out of sequence
  203: NOTHING, // last and cancelled
  204: REGULAR_SALE, // late, in sequence
  205: NOTHING, // opening trade and cancelled
  206: VOLUME_ONLY, // opening trade, late and out of sequence
  207: NOTHING, // only trade and cancelled
  208: REGULAR_SALE, // opening trade and late, in sequence
  209: REGULAR_SALE, // automatic execution
  210: REGULAR_SALE, // reopening trade
  219: REGULAR_SALE, // intermarket sweep
};
/** One leg, several legs, and contracts with their stock: auctions, crosses and floor trades of each. */
const FIRST_OF_LEGS = 227;
const LAST_OF_LEGS = 245;

/** The same of a trade in a contract. A condition that is not listed keeps the price out. */
export function optionTradeEffects(conditions: readonly unknown[] | undefined): number {
  let effects = REGULAR_SALE;
  for (const condition of (conditions ?? []) as readonly number[]) {
    const isOfLegs = condition >= FIRST_OF_LEGS && condition <= LAST_OF_LEGS;
    effects &= isOfLegs ? REGULAR_SALE : (OPTION_RULES[condition] ?? VOLUME_ONLY);
  }
  return effects;
}
