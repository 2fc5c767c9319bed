/** At which price a position counts: in the portfolio, in the day's change and in the loss of the day. */
import type { Decimal } from '../../lib/decimal.ts';
import { instrumentOf } from '../instrument/instrument.ts';
import type { Quote } from '../market/quote.ts';
import { lastPrice } from './fit.ts';
import type { FoundPrice, KnownPrice, Position } from './holdings.ts';
import { readPrice } from './prices.ts';
import { tradingDay } from './trading-day.ts';

/** Null prices are not known. */
export type Mark =
  | { readonly kind: 'quote'; readonly price: Decimal; readonly previousClose: Decimal | null }
  | {
      readonly kind: 'last-known';
      readonly price: Decimal;
      readonly previousClose: Decimal | null;
      readonly at: number;
    }
  | { readonly kind: 'cost'; readonly price: null; readonly previousClose: Decimal | null };

/** False for an adjusted contract: its symbol does not say how many shares it stands for, so no price gives its value. */
export const isCountable = (symbol: string): boolean => instrumentOf(symbol).multiplier !== null;

/**
 * The last price of the quote, where a trade, a bar or the close of a day has made it: a previous close is where a day
 * begins, never the price of now. Without one, and where a newer price was stored, the last one that was. One of an earlier
 * day also is where this day begins: a share without a market does not move today.
 */
export function markOf(
  { symbol, lastKnown }: Pick<Position, 'symbol' | 'lastKnown'>,
  quote: Quote | undefined,
  today: string,
): Mark {
  if (!isCountable(symbol)) return { kind: 'cost', price: null, previousClose: null };
  const previousClose = readPrice(quote?.previousClose);
  const price = isNewest(quote, lastKnown) ? lastPrice(quote) : null;
  if (price) return { kind: 'quote', price, previousClose };
  if (!lastKnown) return { kind: 'cost', price: null, previousClose };
  return {
    kind: 'last-known',
    price: lastKnown.price,
    previousClose: lastKnown.day === today ? (lastKnown.previousClose ?? previousClose) : lastKnown.price,
    at: lastKnown.at,
  };
}

/** What came over the connection there is is newer than anything stored, also in a recording that has begun again. */
function isNewest(quote: Quote | undefined, lastKnown: KnownPrice | undefined): boolean {
  if (quote?.priceTime === undefined) return false;
  return quote.priceReceivedAt !== undefined || !lastKnown || quote.priceTime >= lastKnown.at;
}

/** What is stored of a quote; null where nothing has made its price. */
export function toKnownPrice(quote: Quote | undefined): FoundPrice | null {
  const price = lastPrice(quote);
  if (quote?.priceTime === undefined || !price) return null;
  const { priceTime: at, priceReceivedAt, receivedAt } = quote;
  return {
    ...{ price, at, isHeard: priceReceivedAt !== undefined },
    previousClose: readPrice(quote.previousClose),
    day: tradingDay(priceReceivedAt ?? receivedAt),
  };
}
