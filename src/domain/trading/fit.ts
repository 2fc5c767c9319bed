/** Whether a quote is fit to trade on, and at what: the one rule for risk checks, broker, stops and recorded quotes. */
import { type Decimal, decimal } from '../../lib/decimal.ts';
import { newYorkDay } from '../../protocol/new-york.ts';
import type { Quote } from '../market/quote.ts';
import { isFresh, isNow } from '../market/staleness.ts';
import { readPrice } from './prices.ts';

/** Up to the price in the middle of bid and ask, dollars, the spread may be this fraction of it. */
export interface SpreadLevel {
  /** Null for the level without an end. */
  readonly upTo: Decimal | null;
  readonly max: Decimal;
}
/** Lowest first. Above the last one no quote is traded on. */
export type SpreadLevels = readonly SpreadLevel[];

/** The price levels of FINRA Rule 11892, dollars. */
const LEVEL_ENDS = [decimal(25), decimal(50)] as const;

/** The levels of the rule with these fractions: to $25, to $50, above. */
export const spreadLevels = (fractions: readonly Decimal[]): SpreadLevels =>
  fractions.map((max, level) => ({ upTo: LEVEL_ENDS[level] ?? null, max }));

/**
 * Why neither side may be traded at. `halted`: nothing trades, however fresh the quote is. `stale`: it is not the market's
 * price now. `crossed`: the bid is above the ask. `wide`: the two are so far apart that they are nobody's price.
 * `off-market`: one of them is that far from the last trade of today, or it stands alone and there is none.
 */
export type Fault = 'halted' | 'stale' | 'crossed' | 'wide' | 'off-market';

/** What a quote is worth to trade on now. Prices are dollars. */
export interface Fitness {
  /** Bid and ask, or the last trade where the feed carries neither. */
  readonly basis: 'quote' | 'last';
  /** What a purchase would pay; null where nobody sells, and where there is a fault. */
  readonly buy: Decimal | null;
  /** What a sale would bring; null where nobody buys, and where there is a fault. */
  readonly sell: Decimal | null;
  readonly fault: Fault | null;
}

/** The price that positions are valued at: that of the last trade that may set it. Never a bid or an ask. */
export const lastPrice = (quote: Quote | undefined): Decimal | null => readPrice(quote?.price);

/**
 * A quote is fit only if it is the market's now: of the connection there is, and at most minutes old. Bid and ask count
 * from their own receive time, not from that of a later trade. A locked quote (bid = ask) is one to trade on.
 */
export function fitnessOf(quote: Quote | undefined, now: number, levels: SpreadLevels): Fitness {
  const basis = quote?.lastOnly ? 'last' : 'quote';
  const unfit = (fault: Fault): Fitness => ({ basis, buy: null, sell: null, fault });
  if (quote?.halted) return unfit('halted');
  if (quote === undefined || !isFresh(quote, now)) return unfit('stale');
  if (basis === 'last') {
    const last = isNow(quote.priceReceivedAt, now) ? lastPrice(quote) : null;
    return last ? { basis, buy: last, sell: last, fault: null } : unfit('stale');
  }
  // Bid and ask that no connection has brought are shown only.
  const [bid, ask] = quote.nbboReceivedAt === undefined ? [] : [quote.bid, quote.ask];
  const [sell, buy] = [readPrice(bid), readPrice(ask)];
  if (!sell && !buy) return { basis, buy, sell, fault: null };
  if (!isNow(quote.nbboReceivedAt, now)) return unfit('stale');
  if (sell && buy && sell.gt(buy)) return unfit('crossed');
  if (sell && buy && isWide(sell, buy, levels)) return unfit('wide');
  if (isOffMarket([sell, buy], lastOfToday(quote, now), levels)) return unfit('off-market');
  return { basis, buy, sell, fault: null };
}

function isWide(bid: Decimal, ask: Decimal, levels: SpreadLevels): boolean {
  return isFar(ask.minus(bid), bid.plus(ask).div(2), levels);
}

/** Whether the distance is more than the level of this price allows. */
function isFar(distance: Decimal, price: Decimal, levels: SpreadLevels): boolean {
  const level = levels.find(({ upTo }) => upTo === null || price.lte(upTo));
  return level === undefined || distance.gt(price.times(level.max));
}

/**
 * The last price, where a trade of today has made it over the connection there is. An older one says nothing of today's
 * quote: the market may have moved since, and a narrow quote with both sides is then the best sign of it.
 */
function lastOfToday(quote: Quote, now: number): Decimal | null {
  const { priceReceivedAt } = quote;
  if (priceReceivedAt === undefined) return null;
  return newYorkDay(priceReceivedAt).date === newYorkDay(now).date ? lastPrice(quote) : null;
}

/** Too cheap is as wrong as too dear: whoever trades at it takes what nobody offers. */
function isOffMarket(
  sides: readonly (Decimal | null)[],
  last: Decimal | null,
  levels: SpreadLevels,
): boolean {
  if (last === null) return sides.includes(null);
  return sides.some((price) => price !== null && isFar(price.minus(last).abs(), last, levels));
}
