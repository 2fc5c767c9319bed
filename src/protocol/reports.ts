/** What other systems report. It is taken as far as it can be read: the answer lists what was left out, and why. */
import { z } from 'zod';

/** As other systems send their decimals: `+5`, `.5`, `5.`, `1e-3`. Behind the plus is what every reader of numbers takes. */
export const DECIMAL_TEXT = /^(?:\+(?!-))?(-?(?:\d{1,30}\.?\d{0,30}|\.\d{1,30})(?:e[+-]?\d{1,3})?)$/i;

/** Why a part of a report was left out. The list is closed. */
export const SKIP_CODES = [
  /** The row is no object. */
  'NOT_A_ROW',
  /** The row names nothing that can be shown. */
  'NO_SYMBOL',
  /** The row's name is longer than 64 characters; `symbol` is its beginning. */
  'NAME_TOO_LONG',
  'NO_QUANTITY',
  /** Nothing is held, also after rounding or of several rows together. */
  'ZERO_QUANTITY',
  'NOT_A_NUMBER',
  'NOT_A_MOMENT',
  /** Beyond a trillion. */
  'OUT_OF_RANGE',
  /** A price below zero of a share or an option. */
  'NEGATIVE',
  /** A field of no meaning here; each is listed once. */
  'UNKNOWN_FIELD',
  /** This row and those after it. */
  'TOO_MANY_ROWS',
] as const;
export type SkipCode = (typeof SKIP_CODES)[number];

/** With a `field` only that was left out, else the whole row. */
export interface Skipped {
  /** Place in `positions`, from 0; absent for the fields of the portfolio itself. */
  row?: number;
  symbol?: string;
  field?: string;
  code: SkipCode;
}

/** What became of a reported portfolio. */
export interface PortfolioReported {
  /** The moment that the report is of. */
  timestamp: string;
  /** False for a report that is older than the one that is shown. */
  applied: boolean;
  /** The first hundred. */
  skipped: Skipped[];
  /** How many more were left out. */
  more?: number;
}

const anything = z.unknown().optional();
/**
 * A portfolio as it was sent. Numbers may be JSON numbers or decimal texts of any length, and each may be missing or null;
 * `positions` alone has to be a list.
 */
export const reportedPortfolioSchema = z.looseObject({
  totalValue: anything.describe('dollars; missing, it is cash and equity together'),
  cash: anything.describe('dollars; missing, it is what equity leaves of the total'),
  equity: anything.describe('dollars; missing, it is the rest of the total, or the sum of the positions'),
  dayChange: anything.describe('dollars'),
  dayChangePercent: anything.describe('percent'),
  timestamp: anything.describe('the moment that the report is of, ISO 8601 with an offset'),
  positions: z
    .array(z.unknown())
    .describe(
      'rows {symbol, quantity, averagePrice?, price?, marketValue?, unrealizedPnl?, unrealizedPnlPercent?, dayChange?}, 500 at most',
    ),
});
export type ReportedPortfolio = z.output<typeof reportedPortfolioSchema>;
