import { expiryTime } from '../../../domain/options/expiry.ts';
import { isTradingDay } from '../../../protocol/exchange-holidays.ts';
import { addDays } from '../../../protocol/new-york.ts';

/** Underlyings with an expiry on every trading day. */
const DAILY: ReadonlySet<string> = new Set(['SPY', 'QQQ', 'IWM']);
const DAILY_DAYS = 10;
const WEEKS = 6;
const MONTHS = 9;
/** Januaries of the years ahead. */
const LONG_TERM_YEARS = 2;
const FRIDAY = 5;

const weekday = (date: string): number => new Date(`${date}T00:00:00Z`).getUTCDay();

/** The third Friday, where most contracts expire. */
function monthly(year: number, month: number): string {
  const first = new Date(Date.UTC(year, month, 1)).toISOString().slice(0, 10);
  return addDays(first, ((FRIDAY - weekday(first) + 7) % 7) + 14);
}

/** Where the Friday is a holiday, contracts expire on the day before. */
function lastTradingDay(date: string): string {
  let day = date;
  while (!isTradingDay(day)) day = addDays(day, -1);
  return day;
}

function* datesFrom(symbol: string, today: string): Generator<string> {
  if (DAILY.has(symbol))
    for (let ahead = 0; ahead < DAILY_DAYS; ahead++) {
      const day = addDays(today, ahead);
      if (isTradingDay(day)) yield day;
    }
  const friday = addDays(today, (FRIDAY - weekday(today) + 7) % 7);
  for (let week = 0; week < WEEKS; week++) yield addDays(friday, 7 * week);
  const [year, month] = [Number(today.slice(0, 4)), Number(today.slice(5, 7)) - 1];
  for (let ahead = 0; ahead < MONTHS; ahead++) yield monthly(year, month + ahead);
  for (let ahead = 1; ahead <= LONG_TERM_YEARS; ahead++) yield monthly(year + ahead, 0);
}

/**
 * The days (YYYY-MM-DD) on which contracts of the symbol expire, nearest first: weeks, months and Januaries to come.
 * A contract that has stopped trading at `now` has none. `today` is the New York day of `now`.
 */
export function expiriesOf(symbol: string, today: string, now: number): string[] {
  const dates = new Set([...datesFrom(symbol, today)].map(lastTradingDay));
  return [...dates].filter((date) => date >= today && expiryTime(date) > now).sort();
}
