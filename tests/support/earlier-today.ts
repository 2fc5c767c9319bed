import { isTradingDay } from '../../src/protocol/exchange-holidays.ts';
import { addDays, newYorkDate, newYorkTime } from '../../src/protocol/new-york.ts';

/** Noon of the next trading day: at night and at weekends no answer of upstream has numbers of today. */
export const TRADING_NOON = ((): number => {
  let day = newYorkDate(Date.now());
  do day = addDays(day, 1);
  while (!isTradingDay(day));
  return newYorkTime(day, 12 * 60);
})();

/** A moment `ms` before a clock that begins at that noon. */
export const earlierToday = (ms: number): number => TRADING_NOON - ms;
