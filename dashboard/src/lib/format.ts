/** Numbers and times as they are shown. What is not known is a dash, never a zero. */
import { DOLLARS, numberFormat, showNumber } from '../../../src/protocol/number-text.ts';
import { isContract } from '../../../src/protocol/symbol.ts';

type Maybe = number | null | undefined;

export const UNKNOWN = '–';
/** Below a dollar two decimals hide most of a move. */
const SUB_DOLLAR = 1;
const CENT = 0.01;
const SUB_CENT = 0.000_1;
const HUGE_PERCENT = 10_000;
const THOUSAND = 1_000;

const twoDecimals = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
const fourDecimals = { minimumFractionDigits: 4, maximumFractionDigits: 4 };
const signed = { signDisplay: 'exceptZero' } as const;

const formats = {
  money: numberFormat({ ...DOLLARS, ...twoDecimals }),
  signedMoney: numberFormat({ ...DOLLARS, ...twoDecimals, ...signed }),
  price: numberFormat(twoDecimals),
  smallPrice: numberFormat(fourDecimals),
  typedPrice: numberFormat({ minimumFractionDigits: 2, maximumFractionDigits: 4 }),
  signedPrice: numberFormat({ ...twoDecimals, ...signed }),
  signedSmallPrice: numberFormat({ ...fourDecimals, ...signed }),
  signedPercent: numberFormat({ ...twoDecimals, ...signed }),
  signedCompact: numberFormat({ notation: 'compact', maximumFractionDigits: 1, ...signed }),
  strike: numberFormat({ maximumFractionDigits: 3 }),
  quantity: numberFormat({ maximumFractionDigits: 6 }),
  dollars: numberFormat({ ...DOLLARS, maximumFractionDigits: 0 }),
  compactMoney: numberFormat({
    ...DOLLARS,
    notation: 'compact',
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  }),
  tenths: numberFormat({ maximumFractionDigits: 1 }),
  compact: numberFormat({ notation: 'compact', maximumFractionDigits: 1 }),
};

const known = (value: Maybe): value is number => typeof value === 'number' && Number.isFinite(value);
const show = (format: Intl.NumberFormat, value: Maybe): string =>
  known(value) ? showNumber(format, value) : UNKNOWN;

export type Direction = 'up' | 'down' | 'none';
/**
 * Which way a signed text of this file points. The shown value decides, not the exact one: what is shown as zero has no
 * sign, and so no direction.
 */
export function directionOf(shown: string): Direction {
  const sign = /[+−]/.exec(shown)?.[0];
  return sign === undefined ? 'none' : sign === '+' ? 'up' : 'down';
}

export const money = (value: Maybe): string => show(formats.money, value);
/** $1,234,567: large amounts, of which nobody reads the cents. */
export const wholeDollars = (value: Maybe): string => show(formats.dollars, value);
/** $1.2M, $41.0M, $640: with one decimal where it is in short, so that a column reads from the right. */
export const compactMoney = (value: Maybe): string =>
  show(known(value) && Math.abs(value) >= THOUSAND ? formats.compactMoney : formats.dollars, value);
export const signedMoney = (value: Maybe): string => show(formats.signedMoney, value);
export const quantity = (value: Maybe): string => show(formats.quantity, value);
export const compact = (value: Maybe): string => show(formats.compact, value);
/** With at most one decimal: small rates lose their meaning without it. */
export const tenths = (value: Maybe): string => show(formats.tenths, value);
/** In short from 10,000% on (+72K%): every digit would be noise, and wider than any column. */
export const signedPercent = (value: Maybe): string => {
  if (!known(value)) return UNKNOWN;
  const isHuge = Math.abs(value) >= HUGE_PERCENT;
  return `${show(isHuge ? formats.signedCompact : formats.signedPercent, value)}%`;
};

const decimalFormats = [0, 1, 2, 3, 4].map((digits) =>
  numberFormat({ minimumFractionDigits: digits, maximumFractionDigits: digits }),
);
/** With exactly this many decimals. */
export const decimals = (value: Maybe, digits: 0 | 1 | 2 | 3 | 4): string =>
  show(decimalFormats[digits]!, value);
/** A decimal as percent: 0.1824 is `18.2%`. */
export const percent = (value: Maybe): string => (known(value) ? `${decimals(value * 100, 1)}%` : UNKNOWN);
/** A part of a whole as percent. It is all or nothing only where it is exactly that: above and below stand `>99.9%`, `<0.1%`. */
export const share = (value: Maybe): string => {
  const text = percent(value);
  if (known(value) && value > 0 && text === '0.0%') return '<0.1%';
  return known(value) && value < 1 && text === '100.0%' ? '>99.9%' : text;
};
/** A strike with the decimals it has. */
export const strikePrice = (value: Maybe): string => show(formats.strike, value);

/** Contracts trade in cents, whatever they cost; stocks below a dollar in parts of one. */
const isSmall = (price: number, symbol: string): boolean =>
  Math.abs(price) < SUB_DOLLAR && !isContract(symbol);
export const price = (value: Maybe, symbol: string): string =>
  show(known(value) && isSmall(value, symbol) && value !== 0 ? formats.smallPrice : formats.price, value);
/** The smallest step between two prices that are written differently. */
export const priceIncrement = (price: number, symbol: string): number =>
  isSmall(price, symbol) ? SUB_CENT : CENT;
/** What several fills cost on average: of a contract also the parts of a cent. */
export const averagePrice = (value: Maybe, symbol: string): string =>
  isContract(symbol) ? typedPrice(value) : price(value, symbol);
/** A limit or stop price with every decimal it was typed with: they may be why the order was refused. */
export const typedPrice = (value: Maybe): string => show(formats.typedPrice, value);
/** A change is written with the decimals of the price it belongs to. */
export const signedPrice = (value: Maybe, ofPrice: Maybe, symbol: string): string =>
  show(known(ofPrice) && isSmall(ofPrice, symbol) ? formats.signedSmallPrice : formats.signedPrice, value);

const timeFormat = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });
const minuteFormat = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const dayFormat = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const weekdayFormat = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});

const zonedFormat = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  timeZoneName: 'short',
});

const dateFormat = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const marketDayFormat = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  timeZone: 'America/New_York',
});

const marketTimeFormat = new Intl.DateTimeFormat('en-GB', {
  timeStyle: 'medium',
  timeZone: 'America/New_York',
});

const calendarFormat = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  timeZone: 'UTC',
});

type Instant = string | number;
const valid = (instant: Instant): Date | null => {
  const date = new Date(instant);
  return Number.isNaN(date.getTime()) ? null : date;
};
const at = (format: Intl.DateTimeFormat, instant: Instant | null | undefined): string => {
  const date = instant === null || instant === undefined ? null : valid(instant);
  return date ? format.format(date) : UNKNOWN;
};

/** 14:03, in the reader's zone. */
export const minuteTime = (instant: Instant | null | undefined): string => at(minuteFormat, instant);
/** Mon, 3 Nov, 09:30 */
export const dayAndTime = (instant: Instant | null | undefined): string => at(weekdayFormat, instant);
/** Mon, 3 Nov, 09:30 GMT+1: for a reader who has times of New York beside it. */
export const zonedTime = (instant: Instant | null | undefined): string => at(zonedFormat, instant);
/** 8 Oct 2013: the exchange's day, in whatever zone the reader is. */
export const marketDay = (instant: Instant | null | undefined): string => at(marketDayFormat, instant);
/** 10:00:30, by the exchange's clock. */
export const marketTime = (instant: Instant | null | undefined): string => at(marketTimeFormat, instant);
/** `2026-12-04` → 4 Dec 2026: a day of the calendar, the same in every zone. */
export const calendarDay = (day: string): string => at(calendarFormat, `${day}T00:00:00Z`);
/** The time alone for today, the day before it for any other day. */
export function momentOf(instant: Instant, now: number): string {
  const date = valid(instant);
  if (!date) return UNKNOWN;
  const sameDay = date.toDateString() === new Date(now).toDateString();
  return sameDay ? timeFormat.format(date) : `${dayFormat.format(date)} ${minuteFormat.format(date)}`;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** 8 s, 3 min, 2 h, 5 d: how old something is. */
export function age(ms: number): string {
  if (!(ms >= 0)) return UNKNOWN;
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)} h`;
  return `${Math.floor(ms / DAY)} d`;
}

/** "3 min old", and from a day on the day it is from: a recorded price is not thousands of days old. */
export function oldness(instant: string, now: number): string {
  const old = Math.max(0, now - Date.parse(instant));
  return old >= DAY ? at(dateFormat, instant) : `${age(old)} old`;
}

/** 55 s, 9 min 15 s: how long to wait, rounded up. */
export function wait(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / SECOND));
  const minutes = Math.floor(seconds / 60);
  const rest = minutes > 0 && seconds % 60 === 0 ? '' : `${seconds % 60} s`;
  return minutes > 0 ? `${minutes} min ${rest}`.trim() : rest;
}
