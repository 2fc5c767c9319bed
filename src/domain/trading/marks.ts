/** At which price a position counts: in the portfolio, in the day's change and in the loss of the day. */
import type { Decimal } from '../../lib/decimal.ts';
import { instrumentOf } from '../instrument/instrument.ts';
import type { Quote } from '../market/quote.ts';
import { lastPrice } from './fit.ts';
import type { KnownPrice, Position } from './holdings.ts';
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
 * The last price of the quote; without one the last price that was stored. One of an earlier day also is where its day
 * began: a share without a market does not move today.
 */
export function markOf(
  { symbol, lastKnown }: Pick<Position, 'symbol' | 'lastKnown'>,
  quote: Quote | undefined,
  today: string,
): Mark {
  if (!isCountable(symbol)) return { kind: 'cost', price: null, previousClose: null };
  const price = lastPrice(quote);
  const previousClose = readPrice(quote?.previousClose);
  if (price) return { kind: 'quote', price, previousClose };
  if (!lastKnown) return { kind: 'cost', price: null, previousClose };
  const base = lastKnown.day === today ? lastKnown.previousClose : lastKnown.price;
  return {
    kind: 'last-known',
    price: lastKnown.price,
    previousClose: previousClose ?? base,
    at: lastKnown.at,
  };
}

/** What is stored of a quote; null where it has no price. */
export function toKnownPrice(quote: Quote | undefined): KnownPrice | null {
  const price = lastPrice(quote);
  if (!quote || !price) return null;
  const previousClose = readPrice(quote.previousClose);
  const day = tradingDay(quote.priceReceivedAt ?? quote.receivedAt);
  return { price, previousClose, day, at: quote.sourceTime };
}
