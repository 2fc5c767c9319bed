import type { DayTick } from '../../domain/market/feed.ts';
import { SETS_LAST } from '../../domain/market/trade-effects.ts';
import { tradeEffects } from './conditions.ts';
import { decimalOr, fieldsOf, positive, timeOf } from './fields.ts';

/** The price of a trade that may set the last price; undefined for an odd lot and the like. */
function lastOf(trade: unknown): number | undefined {
  const { p, c } = fieldsOf(trade);
  const conditions = Array.isArray(c) ? c : undefined;
  return (tradeEffects(conditions) & SETS_LAST) === 0 ? undefined : positive(p);
}

/**
 * One `ticker` object of the REST snapshot → the state of its day; undefined where it is none. Times there are
 * nanoseconds. Between 03:30 and the first trade the day's fields are 0 or missing: then only the previous close
 * is known, and it holds from now on.
 */
export function snapshotToDayTick(value: unknown, receivedAt: number): DayTick | undefined {
  const { ticker, updated, day, prevDay, min, lastTrade, lastQuote } = fieldsOf(value);
  if (typeof ticker !== 'string') return undefined;
  const today = fieldsOf(day);
  const minute = fieldsOf(min);
  const quote = fieldsOf(lastQuote);
  return {
    symbol: ticker,
    sourceTime: timeOf(updated) ?? receivedAt,
    receivedAt,
    previousClose: positive(fieldsOf(prevDay).c),
    open: positive(today.o),
    high: positive(today.h),
    low: positive(today.l),
    volume: positive(decimalOr(today.dv, today.v)) ?? positive(decimalOr(minute.dav, minute.av)),
    // The day's close obeys the conditions; before the day has one, the last trade serves, where its own let it.
    last: positive(today.c) ?? lastOf(lastTrade),
    bid: positive(quote.p),
    ask: positive(quote.P),
  };
}
