/** One result of the chain snapshot, GET /v3/snapshot/options/{underlying}: a contract and what is known of its trading. */

import type { VendorGreeks } from '../../domain/market/quote.ts';
import type { ContractTerms } from '../../domain/options/chains.ts';
import { newYorkDay } from '../../protocol/new-york.ts';
import { parseSymbol } from '../../protocol/symbol.ts';
import { type Fields, fieldsOf, finite, positive, timeOf } from './fields.ts';
import { tradingBegin } from './snapshot-day.ts';

/** Prices are dollars per share, sizes and volumes contracts, times milliseconds since epoch. */
export interface ContractRow {
  readonly symbol: string;
  /** Of the current day; undefined where nothing was traded today. */
  readonly day:
    | {
        readonly open: number | undefined;
        readonly high: number | undefined;
        readonly low: number | undefined;
        readonly close: number | undefined;
        readonly volume: number;
      }
    | undefined;
  readonly previousClose: number | undefined;
  /** Of the last trade, of whatever day. */
  readonly price: number | undefined;
  /** When the last trade of today was made. */
  readonly tradedAt: number | undefined;
  /** Missing on a plan without quotes. */
  readonly quote:
    | {
        readonly bid: number | undefined;
        readonly bidSize: number | undefined;
        readonly ask: number | undefined;
        readonly askSize: number | undefined;
        readonly time: number;
      }
    | undefined;
  readonly openInterest: number | undefined;
  readonly greeks: VendorGreeks;
}

const countOf = (value: unknown): number | undefined => {
  const count = finite(value);
  return count !== undefined && count >= 0 ? count : undefined;
};

function greeksOf({ greeks, implied_volatility: volatility }: Fields): VendorGreeks {
  const { delta, gamma, theta, vega } = fieldsOf(greeks);
  return {
    impliedVolatility: finite(volatility),
    delta: finite(delta),
    gamma: finite(gamma),
    theta: finite(theta),
    vega: finite(vega),
  };
}

function quoteOf(value: unknown): ContractRow['quote'] {
  const { bid, bid_size: bidSize, ask, ask_size: askSize, last_updated: updated } = fieldsOf(value);
  const time = timeOf(updated);
  return time === undefined
    ? undefined
    : {
        bid: positive(bid),
        bidSize: positive(bidSize),
        ask: positive(ask),
        askSize: positive(askSize),
        time,
      };
}

/**
 * Undefined for a row that is no contract. `now` is the time of the answer: `day` is the last day on which the contract
 * traded, as its last trade says, and its close is a previous one where that day is over.
 */
export function readContractRow(value: unknown, now: number): ContractRow | undefined {
  const row = fieldsOf(value);
  const { ticker } = fieldsOf(row.details);
  if (typeof ticker !== 'string') return undefined;
  const day = fieldsOf(row.day);
  const trade = fieldsOf(row.last_trade);
  const close = positive(day.close);
  const [dayTime, tradeTime] = [timeOf(day.last_updated), timeOf(trade.sip_timestamp)];
  const isToday = now >= tradingBegin(now) && (tradeTime ?? dayTime ?? 0) >= newYorkDay(now).start;
  return {
    symbol: ticker,
    day: isToday
      ? {
          open: positive(day.open),
          high: positive(day.high),
          low: positive(day.low),
          close,
          volume: positive(day.volume) ?? 0,
        }
      : undefined,
    previousClose: isToday ? positive(day.previous_close) : close,
    price: close ?? positive(trade.price),
    tradedAt: isToday ? Math.max(dayTime ?? 0, tradeTime ?? 0) : undefined,
    quote: quoteOf(row.last_quote),
    openInterest: countOf(row.open_interest),
    greeks: greeksOf(row),
  };
}

/**
 * The terms of a contract, from `details` or from GET /v3/reference/options/contracts. Undefined for what is no call
 * and no put, and for a symbol that says otherwise than its terms.
 */
export function readTerms(value: unknown, underlying: string): ContractTerms | undefined {
  const details = fieldsOf(value);
  const { ticker, underlying_ticker: ofReference } = details;
  const parsed = typeof ticker === 'string' ? parseSymbol(ticker) : null;
  if (parsed?.kind !== 'option' || details.contract_type !== parsed.right) return undefined;
  return {
    symbol: ticker as string,
    underlying: typeof ofReference === 'string' ? ofReference : underlying,
    expiry: parsed.expiry,
    strike: parsed.strike,
    right: parsed.right,
    multiplier: positive(details.shares_per_contract) ?? null,
    style: details.exercise_style === 'european' ? 'european' : 'american',
  };
}
