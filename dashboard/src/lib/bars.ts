/** Bars by the exchange's clock. Times of bars are seconds since epoch, of their start. */
import { isHalfDay } from '../../../src/protocol/exchange-holidays.ts';
import type { BarPayload } from '../../../src/protocol/market.ts';
import { newYorkClock, newYorkDay, newYorkTime } from '../../../src/protocol/new-york.ts';
import type { BarSize, Timeframe } from './timeframes.ts';

export type Bar = BarPayload;

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY_MINUTES = 24 * 60;
/** Minutes after midnight in New York: nyse.com/trade/hours-calendars. */
const REGULAR_OPEN = 9 * 60 + 30;
const REGULAR_CLOSE = 16 * 60;
const HALF_DAY_CLOSE = 13 * 60;

/** Clocks change on a full hour, so that one answer of Intl stands for all seconds of an hour. */
const offsets = new Map<number, number>();

/** What a New York clock shows at a second since epoch, as seconds written as if they were UTC. */
export function clockAt(second: number): number {
  const hour = Math.floor(second / HOUR);
  let offset = offsets.get(hour);
  if (offset === undefined) {
    offset = newYorkClock(hour * HOUR * 1_000) / 1_000 - hour * HOUR;
    offsets.set(hour, offset);
  }
  return second + offset;
}

/** The trading day of a second: YYYY-MM-DD in New York. */
export const dateAt = (second: number): string =>
  new Date(clockAt(second) * 1_000).toISOString().slice(0, 10);

/** When the bar of a second begins, as the server cuts them: weeks begin on Sunday. */
export function barStart(second: number, { timespan, multiplier }: BarSize): number {
  const midnight = () => newYorkDay(second * 1_000).start / 1_000;
  switch (timespan) {
    case 'minute':
      return second - (second % (multiplier * MINUTE));
    case 'hour':
      return second - ((second - midnight()) % (multiplier * HOUR));
    case 'day':
      return midnight();
    case 'week':
      return dayStart(clockAt(second) - new Date(clockAt(second) * 1_000).getUTCDay() * 24 * HOUR);
    case 'month':
      return dayStart(clockAt(second) - (new Date(clockAt(second) * 1_000).getUTCDate() - 1) * 24 * HOUR);
  }
}

/** Midnight in New York of the day that a clock shows. */
const dayStart = (clock: number): number =>
  newYorkTime(new Date(clock * 1_000).toISOString().slice(0, 10), 0) / 1_000;

/** Whether the exchanges' regular session is on. */
export function isRegular(second: number): boolean {
  const clock = clockAt(second);
  const minute = Math.floor(clock / MINUTE) % DAY_MINUTES;
  if (minute < REGULAR_OPEN || minute >= REGULAR_CLOSE) return false;
  return minute < HALF_DAY_CLOSE || !isHalfDay(dateAt(second));
}

/** The index of the first bar that a timeframe shows when it is chosen. */
export function firstInSight(bars: readonly Bar[], { sight }: Pick<Timeframe, 'sight'>): number {
  const last = bars.at(-1);
  if (!last) return 0;
  if ('months' in sight) {
    const from = new Date(clockAt(last.time) * 1_000);
    from.setUTCMonth(from.getUTCMonth() - sight.months);
    const first = newYorkTime(from.toISOString().slice(0, 10), 0) / 1_000;
    return bars.findIndex(({ time }) => time >= first);
  }
  let [date, sessions] = ['', 0];
  for (let index = bars.length - 1; index >= 0; index--) {
    const other = dateAt(bars[index]!.time);
    if (other !== date) sessions += 1;
    if (sessions > sight.sessions) return index + 1;
    date = other;
  }
  return 0;
}

/** The index of a bar, -1 where there is none; `bars` are in order. */
export function indexOfBar(bars: readonly Bar[], time: number): number {
  const index = lastUpTo(bars, time);
  return bars[index]?.time === time ? index : -1;
}

/** The index of the last bar that begins at or before a second; -1 where all are later. */
export function lastUpTo(bars: readonly Bar[], second: number): number {
  let [low, high] = [0, bars.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (bars[middle]!.time <= second) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
