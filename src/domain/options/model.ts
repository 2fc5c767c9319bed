/** Volatility and greeks of a contract: the vendor's where they are sane, else the model's, else a reason. */
import type { VendorGreeks } from '../market/quote.ts';
import { type Greeks, greeksOf, type Market, type Terms } from './black-scholes.ts';
import { impliedVolatility, type NoVolatility } from './implied-volatility.ts';

/** What a contract trades at; prices in dollars, times in milliseconds since epoch. */
export interface ContractPrices {
  readonly bid?: number | undefined;
  readonly ask?: number | undefined;
  readonly lastTrade?: { readonly price: number; readonly time: number } | undefined;
}

/** Why a contract has neither: also why its price has no volatility. */
export type NoGreeks = NoVolatility | 'no-price' | 'expired' | 'no-underlying';

export type Valuation =
  | ({ readonly source: 'vendor' | 'model'; readonly impliedVolatility: number } & Greeks)
  | { readonly reason: NoGreeks };

/** Wider than this part of the middle, a quote says little of a price. */
const MAX_SPREAD = 0.5;
/** An older trade is of another market. */
const MAX_TRADE_AGE_MS = 15 * 60_000;
/** Where the vendor's solver stops: it found nothing. */
const CLAMPED_VOLATILITY = 5;

/** The price to value a contract by; undefined where its quote is too wide and its last trade too old. */
export function fairPrice({ bid, ask, lastTrade }: ContractPrices, now: number): number | undefined {
  if (bid !== undefined && ask !== undefined && bid > 0 && ask >= bid) {
    const middle = (bid + ask) / 2;
    if (ask - bid <= MAX_SPREAD * middle) return middle;
  }
  const age = lastTrade ? now - lastTrade.time : Number.NaN;
  return age >= 0 && age <= MAX_TRADE_AGE_MS && lastTrade!.price > 0 ? lastTrade!.price : undefined;
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
  /** Milliseconds since epoch. */
  readonly now: number;
}

/** A European approximation where the contract may be exercised early. */
export function valueContract({ vendor, prices, terms, years, market, now }: ContractInputs): Valuation {
  if (years === null) return { reason: 'expired' };
  const known = saneVendor(vendor);
  if (known) return known;
  if (market === null) return { reason: 'no-underlying' };
  const price = fairPrice(prices, now);
  if (price === undefined) return { reason: 'no-price' };
  const dated = { ...terms, years };
  const implied = impliedVolatility(market, dated, price);
  if ('reason' in implied) return implied;
  const { volatility } = implied;
  return { source: 'model', impliedVolatility: volatility, ...greeksOf(market, dated, volatility) };
}
