import { forwardOf, type Market, priceOf, rawVega, type Terms } from './black-scholes.ts';

/** Why a price has no volatility. */
export type NoVolatility =
  /** At or below what exercise would bring: it says nothing of volatility. */
  | 'below-intrinsic'
  /** At or above what the share, or the strike, is worth: no volatility reaches it. */
  | 'above-bound'
  /** Outside of what the search covers. */
  | 'out-of-range';

export type Implied = { readonly volatility: number } | { readonly reason: NoVolatility };

/** 0.01 % to 500 % a year: outside of it a price is an error of the market or of its clock. */
const LOWEST = 1e-4;
const HIGHEST = 5;
/** Newton doubles its digits with each step; more steps mean that it wanders. */
const NEWTON_STEPS = 12;
/** Halves the range to the last digit of a double. */
const BISECTION_STEPS = 60;
const ACCURACY = 1e-12;

/**
 * The volatility at which the option is worth `price`, dollars: Newton from the start of Manaster and Koehler, which
 * converges from one side, then bisection where it leaves the range.
 */
export function impliedVolatility(market: Market, terms: Terms, price: number): Implied {
  const { lower, upper } = boundsOf(market, terms);
  // Each comparison fails closed: what is not a number is no price.
  if (!(price > lower)) return { reason: 'below-intrinsic' };
  if (!(price < upper)) return { reason: 'above-bound' };
  const miss = (volatility: number): number => priceOf(market, terms, volatility) - price;
  if (!(miss(LOWEST) <= 0 && miss(HIGHEST) >= 0)) return { reason: 'out-of-range' };
  return { volatility: newton(market, terms, miss) ?? bisect(miss) };
}

/** Prices that some volatility reaches lie between, dollars. */
function boundsOf(market: Market, { right, strike, years }: Terms): { lower: number; upper: number } {
  const cash = Math.exp(-market.rate * years);
  const [share, payment] = [forwardOf(market, years) * cash, strike * cash];
  return right === 'call'
    ? { lower: Math.max(0, share - payment), upper: share }
    : { lower: Math.max(0, payment - share), upper: payment };
}

function newton(market: Market, terms: Terms, miss: (volatility: number) => number): number | null {
  const { strike, years } = terms;
  const start = Math.sqrt((2 * Math.abs(Math.log(forwardOf(market, years) / strike))) / years);
  // At the money that start is zero: a common volatility is near enough.
  let volatility = Math.min(HIGHEST, Math.max(start, 0.2));
  for (let step = 0; step < NEWTON_STEPS; step++) {
    const slope = rawVega(market, terms, volatility);
    const change = miss(volatility) / slope;
    if (!Number.isFinite(change)) return null;
    volatility -= change;
    if (!(volatility >= LOWEST && volatility <= HIGHEST)) return null;
    if (Math.abs(change) <= ACCURACY * volatility) return volatility;
  }
  return null;
}

function bisect(miss: (volatility: number) => number): number {
  let [low, high] = [LOWEST, HIGHEST];
  for (let step = 0; step < BISECTION_STEPS; step++) {
    const middle = (low + high) / 2;
    if (miss(middle) < 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
