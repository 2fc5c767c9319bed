/** Volatility and greeks of a contract: the vendor's where they are sane, else the model's, else a reason. */
import type { VendorGreeks } from '../market/quote.ts';
import { type Greeks, greeksOf, type Market, type Terms } from './black-scholes.ts';
import { impliedVolatility, type NoVolatility } from './implied-volatility.ts';

/** What a contract is quoted at, dollars. */
export interface ContractPrices {
  readonly bid?: number | undefined;
  readonly ask?: number | undefined;
}

/** Why a contract has neither: also why its price has no volatility. */
export type NoGreeks = NoVolatility | 'no-quote' | 'expired' | 'no-underlying' | 'adjusted';

export type Valuation =
  | ({ readonly source: 'vendor' | 'model'; readonly impliedVolatility: number } & Greeks)
  | { readonly reason: NoGreeks };

/** Wider than this part of the middle, a quote says little of a price. */
const MAX_SPREAD = 0.5;
/** Where the vendor's solver stops: it found nothing. */
const CLAMPED_VOLATILITY = 5;

/**
 * The price to value a contract by, the middle of its quote; undefined where a side is missing or the quote is too
 * wide. A trade is none: it is at the bid or at the ask, and of another moment than the price of the underlying.
 */
export function fairPrice({ bid, ask }: ContractPrices): number | undefined {
  if (bid === undefined || ask === undefined || !(bid > 0 && ask >= bid)) return undefined;
  const middle = (bid + ask) / 2;
  return ask - bid <= MAX_SPREAD * middle ? middle : undefined;
}

/** The vendor's numbers where all of them are there and none is where its solver gave up. */
export function saneVendor(vendor: VendorGreeks): Extract<Valuation, { source: unknown }> | undefined {
  const { impliedVolatility: volatility, delta, gamma, theta, vega } = vendor;
  if (volatility === undefined || !(volatility > 0 && volatility < CLAMPED_VOLATILITY)) return undefined;
  if (delta === undefined || gamma === undefined || theta === undefined || vega === undefined)
    return undefined;
  if (!(Math.abs(delta) <= 1 && gamma >= 0 && vega >= 0 && Number.isFinite(theta))) return undefined;
  const isClamped = gamma === 0 && (delta === 0 || Math.abs(delta) === 1);
  return isClamped
    ? undefined
    : { source: 'vendor', impliedVolatility: volatility, delta, gamma, theta, vega };
}

export interface ContractInputs {
  readonly vendor: VendorGreeks;
  readonly prices: ContractPrices;
  /** Without the time, which `years` has. */
  readonly terms: Omit<Terms, 'years'>;
  /** Until the expiry; null once it has passed. */
  readonly years: number | null;
  /** Null where the underlying has no price. */
  readonly market: Market | null;
}

/** A European approximation where the contract may be exercised early. */
export function valueContract({ vendor, prices, terms, years, market }: ContractInputs): Valuation {
  if (years === null) return { reason: 'expired' };
  const known = saneVendor(vendor);
  if (known) return known;
  if (market === null) return { reason: 'no-underlying' };
  const price = fairPrice(prices);
  if (price === undefined) return { reason: 'no-quote' };
  const dated = { ...terms, years };
  const implied = impliedVolatility(market, dated, price);
  if ('reason' in implied) return implied;
  const { volatility } = implied;
  return { source: 'model', impliedVolatility: volatility, ...greeksOf(market, dated, volatility) };
}
