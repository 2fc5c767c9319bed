import { type Decimal, decimal } from '../../lib/decimal.ts';

/** The numbers of the risk checks. Money is dollars, ratios are fractions of a price. */
export interface RiskLimits {
  readonly maxOrderValue: Decimal;
  readonly maxPositionValue: Decimal;
  readonly marketCollar: Decimal;
  readonly limitCollar: Decimal;
  /** 0 turns the check off. */
  readonly duplicateWindowMs: number;
  readonly dailyLossLimit: Decimal;
}

export const DEFAULT_RISK_LIMITS: RiskLimits = {
  /** One slip of the finger costs at most this: two and a half accounts of 100,000. */
  maxOrderValue: decimal(250_000),
  /** No single company may carry more than this of an account. */
  maxPositionValue: decimal(500_000),
  /** How far a market order may run from the quote: the narrowest limit-up limit-down band (Tier 1) is 5 %. */
  marketCollar: decimal('0.05'),
  /** How far through the market a limit may be: the widest threshold of "clearly erroneous" above $3 is 10 %. */
  limitCollar: decimal('0.1'),
  /** A double click or a bot's retry under a new key comes within seconds; a second decision rarely does. */
  duplicateWindowMs: 10_000,
  /** A tenth of the starting cash in a day, then buying stops until the next trading day. */
  dailyLossLimit: decimal(10_000),
};
