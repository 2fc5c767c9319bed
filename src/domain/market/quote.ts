import { newYorkDay } from '../../protocol/new-york.ts';
import type { QuotePayload, QuoteState } from '../../protocol/quotes.ts';
import { isContract } from '../../protocol/symbol.ts';
import type { Split } from './splits.ts';

/**
 * What a vendor says of an option contract; any may be missing. Volatility is a decimal, theta dollars a calendar day,
 * vega dollars for one point of volatility.
 */
export interface VendorGreeks {
  readonly impliedVolatility?: number | undefined;
  readonly delta?: number | undefined;
  readonly gamma?: number | undefined;
  readonly theta?: number | undefined;
  readonly vega?: number | undefined;
}

/** Until it is `applied`, the books have shares of before it. */
export interface QuoteSplit extends Omit<Split, 'symbol'> {
  readonly applied?: true;
}

/**
 * The latest of one symbol. Prices are dollars as the venue's JSON numbers (finite, above zero), sizes and
 * volume are shares, times are milliseconds since epoch.
 */
export interface Quote {
  readonly symbol: string;
  /**
   * The trading day (2026-01-05) that open, high, low, volume and previous close belong to. Missing in a recording, which
   * has days of its own.
   */
  readonly day?: string;
  /** Last price of a trade that may set it; 0 for a contract that is quoted and has not traded. */
  readonly price: number;
  readonly bid?: number;
  readonly ask?: number;
  readonly bidSize?: number;
  readonly askSize?: number;
  readonly open?: number;
  readonly high?: number;
  readonly low?: number;
  readonly previousClose?: number;
  readonly volume: number;
  /** Of a contract: open contracts at the end of the day before. */
  readonly openInterest?: number;
  /** Of a contract. */
  readonly greeks?: VendorGreeks;
  /** The venue's time of its newest part. */
  readonly sourceTime: number;
  /** When that part was received. */
  readonly receivedAt: number;
  /**
   * When bid and ask were received, which may be long before its newest part; missing where there is neither, and for
   * those of a stock's snapshot, which are shown only.
   */
  readonly nbboReceivedAt?: number;
  /**
   * The venue's time of the price; missing where no trade, bar or close of a day has made it. Then it is the previous close,
   * which stands in for a price until there is one.
   */
  readonly priceTime?: number;
  /** When a trade or a bar set the price; missing where none has over the connection there is. */
  readonly priceReceivedAt?: number;
  /** Trading in the symbol is halted or paused. */
  readonly halted?: true;
  /** That of its day: all prices are of shares after it. */
  readonly split?: QuoteSplit;
  /** By its plan, or its recording, the feed carries neither bid nor ask: orders fill at the last trade. */
  readonly lastOnly?: true;
  readonly state: QuoteState;
}

const toFourDecimals = (value: number): number => Math.round(value * 1e4) / 1e4;

/**
 * The quote with the numbers of the day of `now`: one that is of an earlier day has none of today, and today's change is
 * measured from its price.
 */
export function onDayOf(now: number, quote: Quote): Quote {
  if (quote.day === undefined) return quote;
  const today = newYorkDay(now).date;
  if (quote.day >= today) return quote;
  const { open, high, low, ...rest } = quote;
  return { ...rest, day: today, volume: 0, ...(quote.price > 0 && { previousClose: quote.price }) };
}

/** Against the previous close, in dollars; 0 where none is known. */
export const changeOf = ({ price, previousClose }: Quote): number =>
  previousClose === undefined ? 0 : toFourDecimals(price - previousClose);

/** The same in percent. */
export const changePercentOf = ({ price, previousClose }: Quote): number =>
  previousClose === undefined ? 0 : toFourDecimals(((price - previousClose) / previousClose) * 100);

/** The wire's view of a quote; change is against the previous close and 0 where none is known. */
export function quoteToPayload(quote: Quote): QuotePayload {
  return {
    symbol: quote.symbol,
    price: quote.price,
    change: changeOf(quote),
    changePercent: changePercentOf(quote),
    volume: quote.volume,
    timestamp: new Date(quote.sourceTime).toISOString(),
    bid: quote.bid,
    ask: quote.ask,
    open: quote.open,
    high: quote.high,
    low: quote.low,
    previousClose: quote.previousClose,
    ...(quote.halted && { halted: true }),
    ...(quote.lastOnly && { fillBasis: 'last-trade' }),
    state: quote.state,
  };
}

/**
 * The same quote of a feed that carries neither bid nor ask, as it is known since then: what is older, or of a snapshot, is left
 * out, because orders fill at the last trade, which may be better. Bid and ask that come all the same count as ever.
 */
export function toLastOnly(quote: Quote, since: number): Quote {
  const { bid, bidSize, ask, askSize, nbboReceivedAt, ...rest } = quote;
  // Contracts have theirs by REST, where the connection brings none.
  if (nbboReceivedAt !== undefined && (nbboReceivedAt >= since || isContract(quote.symbol))) return quote;
  return { ...rest, lastOnly: true };
}

/** The same quote, no longer the market's price. */
export const toStale = (quote: Quote): Quote => ({ ...quote, state: 'stale' });
