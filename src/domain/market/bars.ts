import type { Timespan } from '../../protocol/market.ts';
import { addDays, newYorkDate, newYorkDay, newYorkTime } from '../../protocol/new-york.ts';
import type { Candle } from './candle.ts';

/** A bar of any size; what the source does not know is undefined. */
export interface Bar extends Candle {
  /** Dollars. */
  readonly vwap?: number;
  /** Number of trades. */
  readonly trades?: number;
}

/** Five minutes, two weeks. */
export interface BarSize {
  readonly timespan: Timespan;
  /** A whole number from 1. */
  readonly multiplier: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const DAYS_OF_A_WEEK = 7;
const MONTHS_OF_A_YEAR = 12;

const midnight = (date: string): number => newYorkTime(date, 0);
/** Of a calendar day, from the epoch. */
const dayNumber = (date: string): number => Math.round(Date.parse(`${date}T00:00:00Z`) / DAY_MS);
const monthNumber = (date: string): number =>
  Number(date.slice(0, 4)) * MONTHS_OF_A_YEAR + Number(date.slice(5, 7)) - 1;
/** Weeks begin on Sunday, as upstream counts them; the epoch was a Thursday. */
const weekNumber = (date: string): number => Math.floor((dayNumber(date) + 4) / DAYS_OF_A_WEEK);

/** The first number of the group of `size` that `number` is in; groups are counted from `first`. */
const groupStart = (number: number, first: number, size: number): number =>
  first + Math.floor((number - first) / size) * size;

/**
 * When the bar of a moment begins. Minutes and hours are counted from midnight in New York and end with their day.
 * Days, weeks and months are counted from those of `from`. All times are milliseconds since epoch.
 */
export const barStart = (time: number, size: BarSize, from: number): number =>
  createBarStart(size, from)(time);

/** The calendar is asked once for `from`: it costs more than everything else of a bar. */
function createBarStart({ timespan, multiplier }: BarSize, from: number): (time: number) => number {
  const first = newYorkDate(from);
  return (time) => {
    const { start, date } = newYorkDay(time);
    switch (timespan) {
      case 'minute':
        return groupStart(time, start, multiplier * MINUTE_MS);
      case 'hour':
        return groupStart(time, start, multiplier * HOUR_MS);
      case 'day':
        return midnight(dateOf(groupStart(dayNumber(date), dayNumber(first), multiplier)));
      case 'week': {
        const week = groupStart(weekNumber(date), weekNumber(first), multiplier);
        return midnight(dateOf(week * DAYS_OF_A_WEEK - 4));
      }
      case 'month': {
        const month = groupStart(monthNumber(date), monthNumber(first), multiplier);
        return midnight(firstOfMonth(month));
      }
    }
  };
}

const dateOf = (day: number): string => addDays('1970-01-01', day);
const firstOfMonth = (month: number): string =>
  new Date(Date.UTC(Math.floor(month / MONTHS_OF_A_YEAR), month % MONTHS_OF_A_YEAR))
    .toISOString()
    .slice(0, 10);

/** Bars of a size from smaller ones, both oldest first. */
export function aggregateBars(bars: Iterable<Bar>, size: BarSize, from: number): Bar[] {
  const larger: Bar[] = [];
  let group: Bar[] = [];
  let start = Number.NaN;
  const startOf = createBarStart(size, from);
  const close = (): void => {
    if (group.length > 0) larger.push(mergeBars(start, group));
    group = [];
  };
  for (const bar of bars) {
    const begins = startOf(bar.start);
    if (begins !== start) close();
    start = begins;
    group.push(bar);
  }
  close();
  return larger;
}

function mergeBars(start: number, bars: readonly Bar[]): Bar {
  const volume = sumOf(bars, (bar) => bar.volume) ?? 0;
  const turnover = sumOf(bars, ({ vwap, volume: shares }) => vwap && vwap * shares);
  const trades = sumOf(bars, (bar) => bar.trades);
  return {
    start,
    open: bars[0]!.open,
    high: Math.max(...bars.map(({ high }) => high)),
    low: Math.min(...bars.map(({ low }) => low)),
    close: bars.at(-1)!.close,
    volume,
    ...(turnover !== undefined && volume > 0 && { vwap: turnover / volume }),
    ...(trades !== undefined && { trades }),
  };
}

/** Undefined where one of the bars does not know it. */
function sumOf(bars: readonly Bar[], read: (bar: Bar) => number | undefined): number | undefined {
  let sum = 0;
  for (const bar of bars) {
    const value = read(bar);
    if (value === undefined) return undefined;
    sum += value;
  }
  return sum;
}
