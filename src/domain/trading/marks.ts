/** At which price a position counts: in the portfolio, in the day's change and in the loss of the day. */
import { decimal, round } from '../../lib/decimal.ts';
import { instrumentOf } from '../instrument/instrument.ts';
import type { Quote, QuoteSplit } from '../market/quote.ts';
import type { Price } from './amounts.ts';
import { lastPrice } from './fit.ts';
import type { FoundPrice, KnownPrice, Position } from './holdings.ts';
import { isPrice, readPrice } from './prices.ts';
import { tradingDay } from './trading-day.ts';

/** Null prices are not known. */
export type Mark =
  | { readonly kind: 'quote'; readonly price: Price; readonly previousClose: Price | null }
  | {
      readonly kind: 'last-known';
      readonly price: Price;
      readonly previousClose: Price | null;
      readonly at: number;
    }
  | { readonly kind: 'cost'; readonly price: null; readonly previousClose: Price | null };

/** False for an adjusted contract: its symbol does not say how many shares it stands for, so no price gives its value. */
export const isCountable = (symbol: string): boolean => instrumentOf(symbol).multiplier !== null;

/**
 * The last price of the quote, where a trade, a bar or the close of a day has made it: a previous close is where a day
 * begins, never the price of now. Without one, and where a newer price was stored, the last one that was. One of an earlier
 * day also is where this day begins: a share without a market does not move today. Prices are of the shares that are held: where
 * the books have yet to follow a split, of those before it.
 */
export function markOf(
  { symbol, lastKnown, splitDay }: Pick<Position, 'symbol' | 'lastKnown' | 'splitDay'>,
  quote: Quote | undefined,
  today: string,
): Mark {
  if (!isCountable(symbol)) return { kind: 'cost', price: null, previousClose: null };
  const toHeld = (value: number | undefined): Price | null =>
    value !== undefined && isPrice(value) ? toSharesHeld(value, quote?.split, splitDay) : null;
  const previousClose = toHeld(quote?.previousClose);
  const price = isNewest(quote, lastKnown) ? toHeld(quote?.price) : null;
  if (price !== null) return { kind: 'quote', price, previousClose };
  if (!lastKnown) return { kind: 'cost', price: null, previousClose };
  return {
    kind: 'last-known',
    price: lastKnown.price,
    previousClose: lastKnown.day === today ? (lastKnown.previousClose ?? previousClose) : lastKnown.price,
    at: lastKnown.at,
  };
}

const PRICE_DECIMALS = 6;

/** The number itself where there is no split between: it becomes an amount where it is multiplied. */
function toSharesHeld(price: number, split: QuoteSplit | undefined, splitDay = ''): Price {
  if (!split || splitDay >= split.day) return price;
  return round(decimal(price).times(decimal(split.to)).div(decimal(split.from)), PRICE_DECIMALS);
}

/** What came over the connection there is is newer than anything stored, also in a recording that has begun again. */
function isNewest(quote: Quote | undefined, lastKnown: KnownPrice | undefined): boolean {
  if (quote?.priceTime === undefined) return false;
  return quote.priceReceivedAt !== undefined || !lastKnown || quote.priceTime >= lastKnown.at;
}

/**
 * What is stored of a quote; null where nothing has made its price, and while the books have shares of before its split: what is
 * stored is divided with them, once.
 */
export function toKnownPrice(quote: Quote | undefined): FoundPrice | null {
  const price = lastPrice(quote);
  if (quote?.priceTime === undefined || !price || (quote.split && !quote.split.applied)) return null;
  const { priceTime: at, priceReceivedAt, receivedAt } = quote;
  return {
    ...{ price, at, isHeard: priceReceivedAt !== undefined },
    previousClose: readPrice(quote.previousClose),
    day: tradingDay(priceReceivedAt ?? receivedAt),
  };
}
