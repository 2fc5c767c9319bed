/**
 * The value of a European option and its sensitivities: Black-Scholes-Merton with a continuous dividend yield, as in
 * Haug, The Complete Guide to Option Pricing Formulas, chapters 1 and 2.
 */
import type { OptionSymbol } from '../../protocol/symbol.ts';
import { cumulative, density } from './normal.ts';

export type Right = OptionSymbol['right'];

/** The market around a contract. Rates are continuous, as decimals a year. */
export interface Market {
  /** Dollars. */
  readonly spot: number;
  readonly rate: number;
  readonly dividendYield: number;
}

/** The terms of a contract. All numbers are above zero. */
export interface Terms {
  readonly right: Right;
  /** Dollars. */
  readonly strike: number;
  /** Until the expiry. */
  readonly years: number;
}

/** In the units of the vendor, so that both stand in one column. */
export interface Greeks {
  /** Dollars of the option for one dollar of the underlying. */
  readonly delta: number;
  /** Delta for one dollar of the underlying. */
  readonly gamma: number;
  /** Dollars for one calendar day. */
  readonly theta: number;
  /** Dollars for one point of volatility (0.01). */
  readonly vega: number;
}

const DAYS_OF_A_YEAR = 365;
const POINTS = 100;

/** A yield that makes the spot grow to this forward price at the expiry. */
export const yieldOf = (spot: number, forward: number, rate: number, years: number): number =>
  rate - Math.log(forward / spot) / years;

export const forwardOf = ({ spot, rate, dividendYield }: Market, years: number): number =>
  spot * Math.exp((rate - dividendYield) * years);

interface Parts {
  /** 1 for a call, -1 for a put. */
  readonly sign: 1 | -1;
  readonly d1: number;
  readonly d2: number;
  /** What one dollar at the expiry is worth now, and one share. */
  readonly cash: number;
  readonly share: number;
}

function partsOf(market: Market, { right, strike, years }: Terms, volatility: number): Parts {
  const { spot, rate, dividendYield } = market;
  const deviation = volatility * Math.sqrt(years);
  const d1 = (Math.log(spot / strike) + (rate - dividendYield) * years) / deviation + deviation / 2;
  return {
    sign: right === 'call' ? 1 : -1,
    d1,
    d2: d1 - deviation,
    cash: Math.exp(-rate * years),
    share: Math.exp(-dividendYield * years),
  };
}

/** Dollars for one share. */
export function priceOf(market: Market, terms: Terms, volatility: number): number {
  const { sign, d1, d2, cash, share } = partsOf(market, terms, volatility);
  return sign * (market.spot * share * cumulative(sign * d1) - terms.strike * cash * cumulative(sign * d2));
}

/** What the value gains for one whole unit of volatility (1.00), dollars. */
export function rawVega(market: Market, terms: Terms, volatility: number): number {
  const { d1, share } = partsOf(market, terms, volatility);
  return market.spot * share * density(d1) * Math.sqrt(terms.years);
}

export function greeksOf(market: Market, terms: Terms, volatility: number): Greeks {
  const { spot, rate, dividendYield } = market;
  const { strike, years } = terms;
  const { sign, d1, d2, cash, share } = partsOf(market, terms, volatility);
  const root = Math.sqrt(years);
  const decay = (spot * share * density(d1) * volatility) / (2 * root);
  const carry =
    dividendYield * spot * share * cumulative(sign * d1) - rate * strike * cash * cumulative(sign * d2);
  return {
    delta: sign * share * cumulative(sign * d1),
    gamma: (share * density(d1)) / (spot * volatility * root),
    theta: (sign * carry - decay) / DAYS_OF_A_YEAR,
    vega: (spot * share * density(d1) * root) / POINTS,
  };
}
