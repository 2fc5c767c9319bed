/**
 * Days on which US equity markets do not trade, or close early: NYSE Rule 7.2 and nyse.com/trade/hours-calendars.
 */
import { addDays } from './new-york.ts';

/** Closures that follow no rule: days of mourning and storms. */
const SPECIAL_CLOSURES: Readonly<Record<string, string>> = {
  '2012-10-29': 'Hurricane Sandy',
  '2012-10-30': 'Hurricane Sandy',
  '2018-12-05': 'National Day of Mourning',
  '2025-01-09': 'National Day of Mourning',
};

/** Juneteenth has been a market holiday since then. */
const JUNETEENTH_SINCE = 2022;

const SUNDAY = 0;
const MONDAY = 1;
const THURSDAY = 4;
const SATURDAY = 6;

const isoDate = (year: number, month: number, day: number): string =>
  new Date(Date.UTC(year, month - 1, day)).toISOString().slice(0, 10);

/** 0 Sunday … 6 Saturday. */
const weekday = (date: string): number => new Date(`${date}T00:00:00Z`).getUTCDay();

const isWeekend = (date: string): boolean => weekday(date) === SUNDAY || weekday(date) === SATURDAY;

/** The `n`th given weekday of a month, or the last one for n = -1. */
function nthWeekday(year: number, month: number, day: number, n: number): string {
  if (n < 0) {
    const last = isoDate(year, month + 1, 0);
    return addDays(last, -((weekday(last) - day + 7) % 7));
  }
  const first = isoDate(year, month, 1);
  return addDays(first, ((day - weekday(first) + 7) % 7) + (n - 1) * 7);
}

/** A holiday on a Saturday is observed on the Friday before, one on a Sunday on the Monday after. */
function observed(date: string): string {
  if (weekday(date) === SATURDAY) return addDays(date, -1);
  return weekday(date) === SUNDAY ? addDays(date, 1) : date;
}

/** Easter Sunday of the Gregorian calendar (Meeus/Jones/Butcher). */
function easter(year: number): string {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const h = (19 * a + b - Math.floor(b / 4) - Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3) + 15) % 30;
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const n = h + l - 7 * m + 114;
  return isoDate(year, Math.floor(n / 31), (n % 31) + 1);
}

function holidaysOf(year: number): Map<string, string> {
  const holidays = new Map<string, string>();
  // New Year's Day on a Saturday is not observed: the Friday before is the last day of the accounting year.
  const newYear = isoDate(year, 1, 1);
  if (weekday(newYear) !== SATURDAY) holidays.set(observed(newYear), "New Year's Day");
  holidays.set(nthWeekday(year, 1, MONDAY, 3), 'Martin Luther King, Jr. Day');
  holidays.set(nthWeekday(year, 2, MONDAY, 3), "Washington's Birthday");
  holidays.set(addDays(easter(year), -2), 'Good Friday');
  holidays.set(nthWeekday(year, 5, MONDAY, -1), 'Memorial Day');
  if (year >= JUNETEENTH_SINCE) holidays.set(observed(isoDate(year, 6, 19)), 'Juneteenth');
  holidays.set(observed(isoDate(year, 7, 4)), 'Independence Day');
  holidays.set(nthWeekday(year, 9, MONDAY, 1), 'Labor Day');
  holidays.set(nthWeekday(year, 11, THURSDAY, 4), 'Thanksgiving Day');
  holidays.set(observed(isoDate(year, 12, 25)), 'Christmas Day');
  for (const [date, name] of Object.entries(SPECIAL_CLOSURES)) {
    if (date.startsWith(String(year))) holidays.set(date, name);
  }
  return holidays;
}

/** Trading ends at 13:00 on the day before Independence Day, the day after Thanksgiving and Christmas Eve. */
function halfDaysOf(year: number, holidays: ReadonlyMap<string, string>): Set<string> {
  const candidates = [isoDate(year, 12, 24), addDays(nthWeekday(year, 11, THURSDAY, 4), 1)];
  // With the Fourth itself on a weekend, the holiday moves and no day ends early.
  if (!isWeekend(isoDate(year, 7, 4))) candidates.push(isoDate(year, 7, 3));
  return new Set(candidates.filter((date) => !isWeekend(date) && !holidays.has(date)));
}

const years = new Map<number, { holidays: Map<string, string>; halfDays: Set<string> }>();

function calendarOf(date: string) {
  const year = Number(date.slice(0, 4));
  let calendar = years.get(year);
  if (!calendar) {
    const holidays = holidaysOf(year);
    calendar = { holidays, halfDays: halfDaysOf(year, holidays) };
    years.set(year, calendar);
  }
  return calendar;
}

/** Name of the holiday on which the market is closed all day; undefined on other days, weekends included. */
export const holidayName = (date: string): string | undefined => calendarOf(date).holidays.get(date);

export const isHalfDay = (date: string): boolean => calendarOf(date).halfDays.has(date);

export const isTradingDay = (date: string): boolean => !isWeekend(date) && holidayName(date) === undefined;

/** The last trading day before this one. */
export function previousTradingDay(date: string): string {
  let before = addDays(date, -1);
  while (!isTradingDay(before)) before = addDays(before, -1);
  return before;
}
