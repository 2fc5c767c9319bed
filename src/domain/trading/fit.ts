/** Whether a quote is fit to trade on, and at what: the one rule for risk checks, broker, stops and recorded quotes. */
import { type Decimal, decimal } from '../../lib/decimal.ts';
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
 * Why neither side may be traded at. `halted`: nothing trades, however fresh the quote is. `stale`: it is not the market's price now. `crossed`: the bid is above the ask.
 * `wide`: the two are so far apart that they are nobody's price.
 */
export type Fault = 'halted' | 'stale' | 'crossed' | 'wide';

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
  return { basis, buy, sell, fault: null };
}

function isWide(bid: Decimal, ask: Decimal, levels: SpreadLevels): boolean {
  const middle = bid.plus(ask).div(2);
  const level = levels.find(({ upTo }) => upTo === null || middle.lte(upTo));
  return level === undefined || ask.minus(bid).gt(middle.times(level.max));
}
