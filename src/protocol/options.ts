/** Option contracts: what one is worth, the chain of an underlying, and its expiries. */
import type { QuoteState } from './quotes.ts';

/**
 * Why a contract has no volatility and no greeks: it has expired, its underlying has no price, it has none itself, or
 * its price is one that no volatility gives (at or below what exercise brings, at or above what any volatility
 * reaches, or outside of what the search covers).
 */
export type NoGreeksReason =
  | 'expired'
  | 'no-underlying'
  | 'no-price'
  | 'below-intrinsic'
  | 'above-bound'
  | 'out-of-range';

/** Theta is dollars a calendar day, vega dollars for one point of volatility, delta and gamma are for one dollar. */
export interface GreeksPayload {
  delta: number;
  gamma: number;
  theta: number;
  vega: number;
}

/** What a client gets of one contract. Prices are dollars per share, sizes and volume are contracts. */
export interface OptionPayload extends Partial<GreeksPayload> {
  contractId: string;
  underlying: string;
  /** YYYY-MM-DD. */
  expiry: string;
  strike: number;
  type: 'call' | 'put';
  /** Shares of one contract; missing where a split has changed it and its directory does not say. */
  multiplier?: number;
  /** Of the last trade; missing in a chain where the contract has never traded. */
  price?: number;
  open?: number;
  high?: number;
  low?: number;
  /** Against the previous close, else against the day's open; 0 where neither is known. */
  change: number;
  changePercent: number;
  previousClose?: number;
  /** Contracts traded today. */
  volume: number;
  bid?: number;
  ask?: number;
  /** Contracts, at the end of the day before. */
  openInterest?: number;
  /** A decimal: 0.2 is 20 %. */
  impliedVolatility?: number;
  /** Whose numbers volatility and greeks are; `model` is a European approximation. */
  greeksSource?: 'vendor' | 'model';
  /** Why there are none. */
  noGreeks?: NoGreeksReason;
  timestamp: string;
  state: QuoteState;
}

/** GET /api/market/options/:underlying */
export interface ChainPayload {
  underlying: { symbol: string; price?: number; state: QuoteState };
  /** Null where the underlying has no contracts. */
  expiry: string | null;
  /** By strike, the call before the put. */
  contracts: OptionPayload[];
  /** The source answered with a part of the chain only. */
  partial: boolean;
  /** When it was true. */
  asOf: string;
}

/** GET /api/market/options/:underlying/expirations, nearest first. */
export interface ExpirationPayload {
  expiry: string;
  /** Calendar days in New York; 0 on the day itself. */
  daysLeft: number;
  contracts: number;
}
