import type { OptionPayload, OptionState } from '../../protocol/options.ts';
import type { Quote } from '../market/quote.ts';
import { bareSnapshot, type ContractSnapshot, type ContractTerms } from './chains.ts';
import type { Valuation } from './model.ts';

/** What a contract trades at, from the feed or from a chain. Dollars, contracts, milliseconds since epoch. */
export interface ContractQuote extends Omit<ContractSnapshot, keyof ContractTerms | 'updatedAt'> {
  readonly terms: ContractTerms;
  readonly updatedAt: number;
  readonly state: OptionState;
}

export const quoteToContract = (quote: Quote, terms: ContractTerms): ContractQuote => ({
  terms,
  ...(quote.day !== undefined && { day: quote.day }),
  price: quote.price > 0 ? quote.price : undefined,
  bid: quote.bid,
  ask: quote.ask,
  open: quote.open,
  high: quote.high,
  low: quote.low,
  previousClose: quote.previousClose,
  volume: quote.volume,
  openInterest: quote.openInterest,
  greeks: quote.greeks,
  updatedAt: quote.sourceTime,
  state: quote.state,
});

/** `now` stands for the time of a contract of which its source has none. */
export const snapshotToContract = (
  { price, updatedAt, ...snapshot }: ContractSnapshot,
  state: OptionState,
  now: number,
): ContractQuote => ({
  ...snapshot,
  terms: snapshot,
  price: price ?? snapshot.previousClose,
  updatedAt: updatedAt ?? now,
  state,
});

/** A contract of which nothing has come by `now`. */
export const missingContract = (terms: ContractTerms, now: number): ContractQuote =>
  snapshotToContract(bareSnapshot(terms), 'missing', now);

const round = (value: number, decimals: number): number => {
  const factor = 10 ** decimals;
  return Math.round(value * factor) / factor;
};

/** Volatility and greeks in the digits of the wire: finer ones would be news that no reader sees. */
export function valuationToPayload(valuation: Valuation): Partial<OptionPayload> {
  if ('reason' in valuation) return { noGreeks: valuation.reason };
  return {
    impliedVolatility: round(valuation.impliedVolatility, 4),
    delta: round(valuation.delta, 4),
    gamma: round(valuation.gamma, 6),
    theta: round(valuation.theta, 4),
    vega: round(valuation.vega, 4),
    greeksSource: valuation.source,
  };
}

/** `values` are those of `valuationToPayload`. Change is against the previous close, else against the day's open. */
export function contractToPayload(contract: ContractQuote, values: Partial<OptionPayload>): OptionPayload {
  const { terms, price, previousClose, open, high, low } = contract;
  const base = previousClose ?? open;
  const change = price === undefined || base === undefined ? 0 : price - base;
  return {
    contractId: terms.symbol,
    underlying: terms.underlying,
    expiry: terms.expiry,
    strike: terms.strike,
    type: terms.right,
    ...(terms.multiplier !== null && { multiplier: terms.multiplier }),
    ...(contract.day !== undefined && { day: contract.day }),
    price,
    open,
    high,
    low,
    change: round(change, 4),
    changePercent: base === undefined ? 0 : round((change / base) * 100, 4),
    previousClose,
    volume: contract.volume,
    bid: contract.bid,
    ask: contract.ask,
    openInterest: contract.openInterest,
    ...values,
    timestamp: new Date(contract.updatedAt).toISOString(),
    // What has expired has its last price for good.
    state: values.noGreeks === 'expired' ? 'closed' : contract.state,
  };
}
