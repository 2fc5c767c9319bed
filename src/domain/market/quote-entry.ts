import { newYorkDay } from '../../protocol/new-york.ts';
import type { QuoteState } from '../../protocol/quotes.ts';
import { instrumentOf } from '../instrument/instrument.ts';
import { createDaySums, type DaySums } from './day-sums.ts';
import type { DayTick } from './feed.ts';
import type { MarketHours } from './market-hours.ts';
import type { Quote, QuoteSplit, VendorGreeks } from './quote.ts';
import { createRecentTrades, type RecentTrades } from './recent-trades.ts';
import { afterSplit, type Split } from './splits.ts';

/** What the quote book keeps of one symbol, changed in place tick after tick. A price of 0 is not known yet. */
export interface Entry {
  readonly symbol: string;
  /** Of the symbol's instrument. */
  readonly hours: MarketHours;
  /** Most contracts trade seldom: their quote counts without a price, and says when the price was made. */
  readonly isContract: boolean;
  readonly recent: RecentTrades;
  price: number;
  /** By the source; 0 while the previous close stands in for it. */
  priceTime: number;
  bid: number | undefined;
  bidSize: number | undefined;
  ask: number | undefined;
  askSize: number | undefined;
  nbboTime: number;
  /** When bid and ask were received: a trade that comes later says nothing of them. 0 where they are only shown. */
  nbboReceivedAt: number;
  /** When a trade or a bar set the price; 0 where none has since the connection began. */
  priceReceivedAt: number;
  /** The connection has brought trades of it: bars tell nothing that they did not. */
  hasTrades: boolean;
  halted: boolean;
  /** By the source. */
  haltTime: number;
  /** The connection, or the day, that said so is over: the next trade on an exchange shows that the halt is. */
  haltDoubtful: boolean;
  /** The day's volume, high and low. */
  readonly sums: DaySums;
  open: number | undefined;
  previousClose: number | undefined;
  /** When upstream said so; 0 for one that is ours. */
  previousCloseTime: number;
  /** The split of the entry's day. */
  split: Split | undefined;
  /** From the split until the books are adjusted to it, orders wait as in a halt. */
  splitting: boolean;
  previousCloseAdjusted: boolean;
  openInterest: number | undefined;
  greeks: VendorGreeks | undefined;
  /** The reported closing price and the shares of its auction: the largest auction is the listing exchange's. */
  close: number | undefined;
  closeSize: number;
  /** True once a regular trade has set today's price. */
  priced: boolean;
  /** The trading day of all its numbers: a calendar day in New York. */
  date: string;
  dayStart: number;
  dayEnd: number;
  sourceTime: number;
  receivedAt: number;
  changed: boolean;
}

/** `isOurDay`: its day is one of our calendar, and not of a recording. */
export const entryToQuote = (entry: Entry, state: QuoteState, isOurDay: boolean): Quote => ({
  symbol: entry.symbol,
  ...(isOurDay && { day: entry.date }),
  price: entry.price,
  bid: entry.bid,
  ask: entry.ask,
  bidSize: entry.bidSize,
  askSize: entry.askSize,
  open: entry.open,
  high: entry.sums.high(),
  low: entry.sums.low(),
  previousClose: entry.previousClose,
  volume: entry.sums.volume(),
  ...(entry.openInterest !== undefined && { openInterest: entry.openInterest }),
  ...(entry.greeks && { greeks: entry.greeks }),
  sourceTime: entry.sourceTime,
  receivedAt: entry.receivedAt,
  ...(entry.nbboReceivedAt > 0 &&
    (entry.bid !== undefined || entry.ask !== undefined) && { nbboReceivedAt: entry.nbboReceivedAt }),
  ...((entry.halted || entry.splitting) && { halted: true }),
  ...(entry.split && { split: splitOf(entry.split, !entry.splitting) }),
  ...(entry.priceTime > 0 && { priceTime: entry.priceTime }),
  ...(entry.priceReceivedAt > 0 && { priceReceivedAt: entry.priceReceivedAt }),
  state,
});

const splitOf = ({ day, from, to }: Split, isApplied: boolean): QuoteSplit => ({
  ...{ day, from, to },
  ...(isApplied && { applied: true }),
});

export function createEntry(symbol: string, time: number, hours: MarketHours): Entry {
  const { date, start, end } = newYorkDay(time);
  return {
    symbol,
    hours,
    isContract: instrumentOf(symbol).kind === 'option',
    recent: createRecentTrades(),
    price: 0,
    priceTime: 0,
    bid: undefined,
    bidSize: undefined,
    ask: undefined,
    askSize: undefined,
    nbboTime: 0,
    nbboReceivedAt: 0,
    priceReceivedAt: 0,
    hasTrades: false,
    halted: false,
    haltTime: 0,
    haltDoubtful: false,
    sums: createDaySums(),
    open: undefined,
    previousClose: undefined,
    previousCloseTime: 0,
    split: undefined,
    splitting: false,
    previousCloseAdjusted: false,
    openInterest: undefined,
    greeks: undefined,
    close: undefined,
    closeSize: 0,
    priced: false,
    date,
    dayStart: start,
    dayEnd: end,
    sourceTime: 0,
    receivedAt: 0,
    changed: false,
  };
}

/** The connection that brought bid and ask is gone, and they with it. The price stays as the last one known. */
export function cutEntry(entry: Entry): void {
  entry.bid = entry.bidSize = entry.ask = entry.askSize = undefined;
  entry.nbboReceivedAt = entry.priceReceivedAt = 0;
  entry.haltDoubtful = true;
  entry.hasTrades = false;
}

/** False for a halt that is older than the last word of the feed there is. Said by one engine, it may be over for the next. */
export function haltAgain(entry: Entry, haltedAt: number): boolean {
  if (haltedAt < entry.haltTime) return false;
  entry.halted = entry.haltDoubtful = true;
  entry.haltTime = haltedAt;
  return true;
}

/**
 * A new day begins with a change of zero: its previous close is the close, else the last price, until upstream says its own.
 * Price and NBBO stand until there are new ones.
 */
export function rollDay(entry: Entry, time: number): void {
  const { date, start, end } = newYorkDay(time);
  const last = entry.close ?? entry.price;
  if (last > 0) {
    entry.previousClose = last;
    entry.previousCloseTime = 0;
  }
  entry.split = undefined;
  entry.splitting = entry.previousCloseAdjusted = false;
  entry.open = entry.close = undefined;
  entry.sums.clear();
  entry.closeSize = 0;
  entry.priced = false;
  entry.haltDoubtful = true;
  entry.date = date;
  entry.dayStart = start;
  entry.dayEnd = end;
  entry.recent.clear();
}

/**
 * Upstream's numbers of a day that is over, which it says until it has others: the close of that day is where today begins,
 * and the last price where no later one is known.
 */
export function applyEarlierDay(entry: Entry, tick: DayTick): void {
  const { sourceTime, openInterest, greeks } = tick;
  if (openInterest !== undefined) entry.openInterest = openInterest;
  if (greeks) entry.greeks = greeks;
  if (tick.last === undefined) return;
  const last = entry.split ? afterSplit(tick.last, entry.split) : tick.last;
  if (entry.previousCloseTime <= sourceTime) {
    entry.previousClose = last;
    entry.previousCloseTime = sourceTime;
  }
  if (sourceTime >= entry.priceTime) {
    entry.price = last;
    entry.priceTime = sourceTime;
  }
}

/** The day begins with a split: prices of before it are told in shares of after it, and bid and ask of before are gone. */
export function splitEntry(entry: Entry, split: Split): void {
  if (entry.split) return;
  entry.split = split;
  entry.splitting = true;
  if (entry.price > 0 && entry.priceTime < entry.dayStart) entry.price = afterSplit(entry.price, split);
  if (entry.previousClose !== undefined && !entry.previousCloseAdjusted)
    entry.previousClose = afterSplit(entry.previousClose, split);
  if (entry.nbboTime >= entry.dayStart) return;
  entry.bid = entry.bidSize = entry.ask = entry.askSize = undefined;
  entry.nbboReceivedAt = 0;
}
