/** Which day the numbers in an answer of REST belong to. Times are milliseconds since epoch. */
import { createMarketHours } from '../../domain/market/market-hours.ts';
import { MAX_AHEAD_MS } from '../../domain/market/staleness.ts';
import { isTradingDay } from '../../protocol/exchange-holidays.ts';
import { newYorkDay, newYorkTime } from '../../protocol/new-york.ts';
import { type Fields, fieldsOf, positive, timeOfEvent } from './fields.ts';

/** Minutes after midnight in New York: upstream empties its snapshots at 03:30 and fills them from 04:00. */
const TRADING_BEGINS = 4 * 60;

/** Of the day of `at`; infinity on a day without trading. Nothing that upstream answers earlier is of that day. */
export function tradingBegin(at: number): number {
  const { date } = newYorkDay(at);
  return isTradingDay(date) ? newYorkTime(date, TRADING_BEGINS) : Number.POSITIVE_INFINITY;
}

/**
 * `today`: of the day of the answer. `earlier`: of a day before, from the time `madeAt`. `empty`: the day has no trade yet,
 * and the previous close is the one of today. `unknown`: nobody can say.
 */
export type SnapshotDay =
  | { readonly is: 'today' | 'empty' | 'unknown' }
  | { readonly is: 'earlier'; readonly madeAt: number };

const NUMBERS = ['o', 'h', 'l', 'c', 'v'] as const;

/** When the minute and the last trade of a `ticker` were made; upstream's `updated` moves without a trade. */
export function newestTrade({ min, lastTrade }: Fields, at: number): number | undefined {
  const times = [fieldsOf(min).t, fieldsOf(lastTrade).t]
    .map(timeOfEvent)
    .filter((time) => time !== undefined)
    .filter((time) => time <= at + MAX_AHEAD_MS);
  return times.length === 0 ? undefined : Math.max(...times);
}

const hours = createMarketHours('us-equities');

/** The day of the numbers in a `ticker` object that was answered at `at`. */
export function dayOfSnapshot(ticker: Fields, at: number): SnapshotDay {
  const day = fieldsOf(ticker.day);
  const isEmpty = NUMBERS.every((name) => positive(day[name]) === undefined);
  const [begin, tradedAt] = [tradingBegin(at), newestTrade(ticker, at)];
  const mayHoldToday = at >= begin;
  if (mayHoldToday && tradedAt !== undefined && tradedAt >= begin) return { is: 'today' };
  if (mayHoldToday && isEmpty) return { is: 'empty' };
  if (tradedAt !== undefined) return { is: 'earlier', madeAt: Math.min(tradedAt, newYorkDay(at).start - 1) };
  return mayHoldToday || isEmpty ? { is: 'unknown' } : { is: 'earlier', madeAt: hours.lastClose(at) };
}

/** The answer has the close of the day before that of `at`. */
export function tellsPreviousClose(ticker: Fields, at: number): boolean {
  const day = dayOfSnapshot(ticker, at).is;
  return (day === 'today' || day === 'empty') && positive(fieldsOf(ticker.prevDay).c) !== undefined;
}
