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
  /** What the shares in the account were bought for. */
  readonly cost: Decimal;
  /** Profit and loss of all sales so far. */
  readonly realized: Decimal;
}

/** The last price of a symbol that was stored, dollars. It stands in for a quote that the market does not have. */
export interface KnownPrice {
  readonly price: Decimal;
  readonly previousClose: Decimal | null;
  /** The trading day of both. */
  readonly day: string;
  /** The venue's time of the price, milliseconds since epoch. */
  readonly at: number;
}

/** A price as the market has it. */
export interface FoundPrice extends KnownPrice {
  /** It came over the connection there is. Any other is stored only where nothing newer is. */
  readonly isHeard: boolean;
}

/** Shares of one symbol. The average price is cost / quantity, derived and never stored. */
export interface Position {
  readonly symbol: string;
  readonly quantity: number;
  readonly cost: Decimal;
  readonly realized: Decimal;
  /** Trading day of the last fill. The fields below are as of that day's start, or its sum. */
  readonly day: string;
  readonly dayStartQuantity: number;
  readonly dayStartRealized: Decimal;
  /** Proceeds of that day's sales minus the cost of its purchases, dollars. */
  readonly dayFlow: Decimal;
  /** The part of a share that a split left, until it is sold; `cost` is without its part of the cost. */
  readonly fraction: Decimal;
  readonly fractionCost: Decimal;
  /** Day of the newest split of the symbol in the books; absent where there is none. It is read with the position. */
  readonly splitDay?: string;
  /** The last price of the symbol that was stored; absent where none was. It is read with the position, never written. */
  readonly lastKnown?: KnownPrice;
}

/** What a user holds. `external` is the last report of another system; where there is one, the user sees it. */
export interface Holdings {
  readonly account: Account;
  readonly positions: readonly Position[];
  readonly external: PortfolioPayload | null;
  /** Names this state of the holdings as the journal's heads do: another text means that they have changed. */
  readonly version?: string;
}
