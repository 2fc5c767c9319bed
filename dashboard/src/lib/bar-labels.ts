/** Times of bars in words, as New York has them. Times are seconds since epoch. */
import { type BarSize, isIntraday } from './timeframes.ts';

const inNewYork = (options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'America/New_York' });

const date = { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' } as const;
const clock = { hour: '2-digit', minute: '2-digit' } as const;
const formats = {
  moment: inNewYork({ ...date, ...clock }),
  date: inNewYork(date),
  clock: inNewYork(clock),
  day: inNewYork({ day: 'numeric', month: 'short' }),
  month: inNewYork({ month: 'short' }),
  year: inNewYork({ year: 'numeric' }),
};
const written = (format: Intl.DateTimeFormat) => (second: number) => format.format(second * 1_000);

/** 09:30 */
export const clockLabel = written(formats.clock);
/** 27 Nov */
export const dayLabel = written(formats.day);
/** Nov */
export const monthLabel = written(formats.month);
/** 2026 */
export const yearLabel = written(formats.year);

const momentLabel = written(formats.moment);
const dateLabel = written(formats.date);

/** Fri 27 Nov 2026, 09:30; bars of a day and more have no time of day, and a week is named by its first day. */
export function barLabel(second: number, size: BarSize): string {
  if (isIntraday(size)) return momentLabel(second);
  return size.timespan === 'week' ? `Week of ${dayLabel(second)} ${yearLabel(second)}` : dateLabel(second);
}
