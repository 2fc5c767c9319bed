/**
 * Calendar days and wall-clock times of the exchange's zone, for server and browser. Its rules come from Intl, never from
 * an offset.
 */

const ZONE = 'America/New_York';
const MINUTE_MS = 60_000;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

const formatter = new Intl.DateTimeFormat('en-US', {
  timeZone: ZONE,
  hourCycle: 'h23',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

/** What a New York clock shows, written as if it were UTC: a number to compare and to take apart. */
export function newYorkClock(time: number): number {
  const shown: Record<string, number> = {};
  for (const part of formatter.formatToParts(time)) shown[part.type] = Number(part.value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = shown;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** Milliseconds since epoch of the moment a New York clock shows `minutes` after midnight on `date` (YYYY-MM-DD). */
export function newYorkTime(date: string, minutes: number): number {
  const wanted = Date.parse(`${date}T00:00:00Z`) + minutes * MINUTE_MS;
  // Two corrections are enough: the first lands on the right side of a clock change, the second exactly.
  let time = wanted + (wanted - newYorkClock(wanted));
  time += wanted - newYorkClock(time);
  return time;
}

export interface NewYorkDay {
  /** YYYY-MM-DD. */
  readonly date: string;
  /** Midnight and the next midnight, milliseconds since epoch; 23 to 25 hours apart. */
  readonly start: number;
  readonly end: number;
}

export const newYorkDate = (time: number): string => new Date(newYorkClock(time)).toISOString().slice(0, 10);

/** Whether the calendar has this day (YYYY-MM-DD, years 0000 to 9999). */
export function isDay(text: string): boolean {
  const time = DAY.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  // Date.parse moves 31 February to March instead of refusing it.
  return Number.isFinite(time) && new Date(time).toISOString().startsWith(text);
}

/** Throws RangeError beyond the years 0000 to 9999: days are compared as text, and others are written longer. */
export function addDays(date: string, days: number): string {
  const moved = new Date(`${date}T00:00:00Z`);
  moved.setUTCDate(moved.getUTCDate() + days);
  const text = moved.toISOString().slice(0, 10);
  if (!DAY.test(text)) throw new RangeError(`There is no day ${days} from ${date}.`);
  return text;
}

let latest: NewYorkDay = { date: '', start: 0, end: 0 };

/** The New York day a moment belongs to. The last answer is kept: thousands of ticks ask about the same day. */
export function newYorkDay(time: number): NewYorkDay {
  if (time >= latest.start && time < latest.end) return latest;
  const date = newYorkDate(time);
  latest = { date, start: newYorkTime(date, 0), end: newYorkTime(addDays(date, 1), 0) };
  return latest;
}
