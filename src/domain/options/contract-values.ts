/** What contracts of one underlying and expiry are worth, together: calls and puts give the forward price. */
import { isAdjustedContract } from '../../protocol/symbol.ts';
import { type Market, yieldOf } from './black-scholes.ts';
import type { ContractTerms } from './chains.ts';
import type { ContractQuote } from './contract-quote.ts';
import { yearsUntil } from './expiry.ts';
import { fairPrice, saneVendor, type Valuation, valueContract } from './model.ts';
import { impliedForward, type Pair } from './parity.ts';
import { type RateFor, usualRate } from './rates.ts';

/** Pairs further from the money (as a logarithm) say little: early exercise has a price there. */
const NEAR_MONEY = 0.1;
/** A forward price further from the spot comes from quotes that do not belong together. */
const MAX_CARRY = 0.2;

export interface ChainMoment {
  /** YYYY-MM-DD. */
  readonly expiry: string;
  /** Of the underlying, dollars; undefined where it has no price. */
  readonly spot: number | undefined;
  /** Milliseconds since epoch, of the market. */
  readonly now: number;
  /** The usual rate where it is absent. */
  readonly rateFor?: RateFor | undefined;
  /** As the whole chain implied it; undefined where nobody has read it. */
  readonly dividendYield?: number | undefined;
}

/**
 * The market of an expiry: with the yield of its chain, else by put-call parity in these contracts where quotes allow
 * it. Null without a spot or after the expiry.
 */
export function marketOf(contracts: Iterable<ContractQuote>, moment: ChainMoment): Market | null {
  const { expiry, spot, now, rateFor = usualRate } = moment;
  const years = yearsUntil(expiry, now);
  if (years === null || spot === undefined || !(spot > 0)) return null;
  const dividendYield = moment.dividendYield ?? impliedYield(contracts, moment) ?? 0;
  return { spot, rate: rateFor(years), dividendYield };
}

/** The yield that put-call parity implies in these contracts; undefined without a pair near the money. */
export function impliedYield(
  contracts: Iterable<ContractQuote>,
  { expiry, spot, now, rateFor = usualRate }: ChainMoment,
): number | undefined {
  const years = yearsUntil(expiry, now);
  if (years === null || spot === undefined || !(spot > 0)) return undefined;
  const rate = rateFor(years);
  const forward = impliedForward(pairsOf(contracts, spot), rate, years);
  const isSane = forward !== undefined && Math.abs(Math.log(forward / spot)) <= MAX_CARRY;
  return isSane ? yieldOf(spot, forward, rate, years) : undefined;
}

/**
 * The model values the delivery of the underlying at the strike. An adjusted contract delivers something else (other
 * numbers of shares, cash, the shares of another company), and nobody says what.
 */
const isAdjusted = ({ symbol }: ContractTerms): boolean => isAdjustedContract(symbol);

function pairsOf(contracts: Iterable<ContractQuote>, spot: number): Pair[] {
  const middles = new Map<number, { call?: number; put?: number }>();
  for (const { terms, bid, ask, state } of contracts) {
    if (state === 'stale' || isAdjusted(terms)) continue;
    if (!(Math.abs(Math.log(terms.strike / spot)) <= NEAR_MONEY)) continue;
    const middle = fairPrice({ bid, ask });
    if (middle === undefined) continue;
    const pair = middles.get(terms.strike) ?? {};
    pair[terms.right] = middle;
    middles.set(terms.strike, pair);
  }
  const pairs: Pair[] = [];
  for (const [strike, { call, put }] of middles)
    if (call !== undefined && put !== undefined) pairs.push({ strike, call, put });
  return pairs;
}

/**
 * One contract in the market of its expiry. The vendor's greeks come first, unless they are of an older price of the
 * underlying; then they stand where the model finds none.
 */
export function valuationOf(
  contract: ContractQuote,
  market: Market | null,
  now: number,
  isVendorOutdated = false,
): Valuation {
  const { terms, bid, ask, greeks = {} } = contract;
  const years = yearsUntil(terms.expiry, now);
  if (years !== null && isAdjusted(terms)) return saneVendor(greeks) ?? { reason: 'adjusted' };
  const inputs = { prices: { bid, ask }, terms, years, market };
  const own = isVendorOutdated ? valueContract({ ...inputs, vendor: {} }) : undefined;
  return own && 'source' in own ? own : valueContract({ ...inputs, vendor: greeks });
}
