import { newYorkDay } from '../../protocol/new-york.ts';

/** Calendar day in New York, `2026-01-05`: the day of day change and daily loss. */
export const tradingDay = (at: number): string => newYorkDay(at).date;
