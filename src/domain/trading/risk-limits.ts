import type { Decimal } from '../../lib/decimal.ts';

/** The numbers of the risk checks, from the configuration. Money is dollars, collars are fractions of a price. */
export interface RiskLimits {
  readonly maxOrderValue: Decimal;
  readonly maxPositionValue: Decimal;
  readonly marketCollar: Decimal;
  readonly limitCollar: Decimal;
  /** 0 turns the check off. */
  readonly duplicateWindowMs: number;
  readonly dailyLossLimit: Decimal;
}
