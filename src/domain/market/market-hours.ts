import { holidayName, isHalfDay, isTradingDay } from '../../protocol/exchange-holidays.ts';
import type { MarketSession, MarketStatusPayload } from '../../protocol/market.ts';
import { addDays, newYorkDate, newYorkDay, newYorkTime } from '../../protocol/new-york.ts';
import { type Calendar, instrumentOf } from '../instrument/instrument.ts';

/** When a market trades. All times are milliseconds since epoch. */
export interface MarketHours {
  session(now: number): MarketSession;
  /** Session, next regular open and close, name of the holiday: the `market:status` payload. */
  status(now: number): MarketStatusPayload;
  /** When the last regular session that is over ended; of a market that never closes, the last midnight. */
  lastClose(now: number): number;
}

/** A calendar, or a market that never closes: simulated and replayed ones. */
export type MarketHoursName = Calendar | 'always';

/** Minutes after midnight in New York (nyse.com/trade/hours-calendars; late trading ends at 17:00 on half days). */
const PRE_OPEN = 4 * 60;
const REGULAR_OPEN = 9 * 60 + 30;
const REGULAR_CLOSE = 16 * 60;
const POST_CLOSE = 20 * 60;
const HALF_DAY_CLOSE = 13 * 60;
const HALF_DAY_POST_CLOSE = 17 * 60;

/** The longest weekend of the calendar has four days: a search that goes on for so long has left it. */
const MAX_DAYS_SEARCHED = 30;

interface TradingDay {
  readonly pre: number;
  readonly open: number;
  readonly close: number;
  readonly post: number;
}

/** The day's sessions, or null on a day without any. */
type DayOf = (date: string) => TradingDay | null;

const equityDay: DayOf = (date) => {
  if (!isTradingDay(date)) return null;
  const half = isHalfDay(date);
  return {
    pre: newYorkTime(date, PRE_OPEN),
    open: newYorkTime(date, REGULAR_OPEN),
    close: newYorkTime(date, half ? HALF_DAY_CLOSE : REGULAR_CLOSE),
    post: newYorkTime(date, half ? HALF_DAY_POST_CLOSE : POST_CLOSE),
  };
};
/** Contracts trade in the regular session only (Cboe Rule 5.1). Some on ETFs and indices go on for 15 minutes more. */
const optionDay: DayOf = (date) => {
  const day = equityDay(date);
  return day && { ...day, pre: day.open, post: day.close };
};

const TRADING_DAYS: Readonly<Record<Calendar, DayOf>> = { 'us-equities': equityDay, 'us-options': optionDay };

/** The next trading day after `date`. */
function nextTradingDay(tradingDay: DayOf, date: string): TradingDay {
  for (let ahead = 1; ahead <= MAX_DAYS_SEARCHED; ahead++) {
    const day = tradingDay(addDays(date, ahead));
    if (day) return day;
  }
  throw new RangeError(`There is no trading day within ${MAX_DAYS_SEARCHED} days after ${date}.`);
}

/** When the last regular session up to `date` ended that is over at `now`. */
function lastClose(tradingDay: DayOf, date: string, now: number): number {
  for (let back = 0; back <= MAX_DAYS_SEARCHED; back++) {
    const close = tradingDay(addDays(date, -back))?.close;
    if (close !== undefined && close <= now) return close;
  }
  throw new RangeError(`There is no trading day within ${MAX_DAYS_SEARCHED} days before ${date}.`);
}

function createCalendarHours(tradingDay: DayOf): MarketHours {
  // The hot path asks for sessions, nearly always of the same day.
  let date = '';
  let today: TradingDay | null = null;
  const dayOf = (now: number): TradingDay | null => {
    const asked = newYorkDay(now).date;
    if (asked !== date) {
      today = tradingDay(asked);
      date = asked;
    }
    return today;
  };

  const session = (now: number): MarketSession => {
    const day = dayOf(now);
    if (!day || now < day.pre || now >= day.post) return 'closed';
    if (now < day.open) return 'pre';
    return now < day.close ? 'regular' : 'post';
  };
  const next = (now: number, edge: keyof TradingDay): number => {
    const day = dayOf(now);
    return day && now < day[edge] ? day[edge] : nextTradingDay(tradingDay, newYorkDate(now))[edge];
  };

  return {
    session,
    lastClose: (now) => lastClose(tradingDay, newYorkDate(now), now),
    status(now) {
      const current = session(now);
      const holiday = holidayName(newYorkDate(now));
      return {
        isOpen: current === 'regular',
        nextOpen: new Date(next(now, 'open')).toISOString(),
        nextClose: new Date(next(now, 'close')).toISOString(),
        timestamp: new Date(now).toISOString(),
        session: current,
        ...(holiday === undefined ? {} : { holiday }),
      };
    },
  };
}

const alwaysOpen: MarketHours = {
  session: () => 'regular',
  lastClose: (now) => newYorkDay(now).start,
  status: (now) => ({
    isOpen: true,
    nextOpen: null,
    nextClose: null,
    timestamp: new Date(now).toISOString(),
    session: 'regular',
  }),
};

export const createMarketHours = (name: MarketHoursName): MarketHours =>
  name === 'always' ? alwaysOpen : createCalendarHours(TRADING_DAYS[name]);

/** The hours of each symbol by its instrument's calendar, unless the whole market never closes. */
export function createHoursOf(market: MarketHoursName): (symbol: string) => MarketHours {
  if (market === 'always') return () => alwaysOpen;
  const calendars: Readonly<Record<Calendar, MarketHours>> = {
    'us-equities': createMarketHours('us-equities'),
    'us-options': createMarketHours('us-options'),
  };
  return (symbol) => calendars[instrumentOf(symbol).calendar];
}
