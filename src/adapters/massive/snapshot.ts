import type { DayTick } from '../../domain/market/feed.ts';
import { SETS_LAST } from '../../domain/market/trade-effects.ts';
import { newYorkDay } from '../../protocol/new-york.ts';
import { tradeEffects } from './conditions.ts';
import { decimalOr, type Fields, fieldsOf, positive, timeOf } from './fields.ts';
import { dayOfSnapshot } from './snapshot-day.ts';

/** The price of a trade that may set the last price; undefined for an odd lot and the like. */
function lastOf(trade: unknown): number | undefined {
  const { p, c } = fieldsOf(trade);
  const conditions = Array.isArray(c) ? c : undefined;
  return (tradeEffects(conditions) & SETS_LAST) === 0 ? undefined : positive(p);
}

function numbersOf({ day, min, lastTrade }: Fields) {
  const ofDay = fieldsOf(day);
  const minute = fieldsOf(min);
  return {
    open: positive(ofDay.o),
    high: positive(ofDay.h),
    low: positive(ofDay.l),
    volume: positive(decimalOr(ofDay.dv, ofDay.v)) ?? positive(decimalOr(minute.dav, minute.av)),
    // The day's close obeys the conditions; before the day has one, the last trade serves, where its own let it.
    last: positive(ofDay.c) ?? lastOf(lastTrade),
  };
}

const NO_NUMBERS = { open: undefined, high: undefined, low: undefined, volume: undefined, last: undefined };

/** Bid and ask, unless they are known to be of a day before. */
function sidesOf(lastQuote: unknown, today: number) {
  const { p, P, t } = fieldsOf(lastQuote);
  const isToday = (timeOf(t) ?? today) >= today;
  return { bid: isToday ? positive(p) : undefined, ask: isToday ? positive(P) : undefined };
}

/**
 * One `ticker` object of the REST snapshot, answered at `at` → the state of its day; undefined where it is none. Times
 * there are nanoseconds, but for the minute's. What is of an earlier day has the time of that day.
 */
export function snapshotToDayTick(value: unknown, receivedAt: number, at = receivedAt): DayTick | undefined {
  const ticker = fieldsOf(value);
  const { ticker: symbol, updated, prevDay } = ticker;
  if (typeof symbol !== 'string') return undefined;
  const { start } = newYorkDay(at);
  const day = dayOfSnapshot(ticker, at);
  const updatedAt = timeOf(updated) ?? at;
  return {
    symbol,
    sourceTime: day.is === 'earlier' ? day.madeAt : updatedAt >= start ? updatedAt : at,
    receivedAt,
    previousClose: day.is === 'unknown' ? undefined : positive(fieldsOf(prevDay).c),
    ...(day.is === 'today' || day.is === 'earlier' ? numbersOf(ticker) : NO_NUMBERS),
    ...sidesOf(ticker.lastQuote, start),
  };
}
