import type { Decimal } from '../../lib/decimal.ts';
import type { PortfolioPayload } from '../../protocol/portfolio.ts';

/**
 * An account's money, dollars. At every moment `cash + cost = deposits + realized`, exactly, and
 * `0 ≤ reserved ≤ cash`.
 */
export interface Account {
  readonly userId: string;
  readonly deposits: Decimal;
  readonly cash: Decimal;
  /** Part of the cash that open buy orders may still need. */
  readonly reserved: Decimal;
  /** What the shares now held were bought for. */
  readonly cost: Decimal;
  /** Profit and loss of all sales so far. */
  readonly realized: Decimal;
}

/** Shares of one symbol. The average price is cost / quantity, derived and never stored. */
export interface Position {
  readonly symbol: string;
  readonly quantity: number;
  readonly cost: Decimal;
  readonly realized: Decimal;
  /** Trading day of the last fill; what follows is as of that day's start, or its sum. */
  readonly day: string;
  readonly dayStartQuantity: number;
  readonly dayStartRealized: Decimal;
  /** Dollars taken in by that day's sales minus those spent on its purchases. */
  readonly dayFlow: Decimal;
}

/** What a user holds. `external` is what another system reported last; it then is what the user sees. */
export interface Holdings {
  readonly account: Account;
  readonly positions: readonly Position[];
  readonly external: PortfolioPayload | null;
  /** What the journal's heads call these holdings: another text means that they have changed since. */
  readonly version?: string;
}
