import { newYorkDay } from '../../src/protocol/new-york.ts';

/** A moment `ms` ago, but of the current day in New York: a test that runs just after midnight is of no other day. */
export const earlierToday = (ms: number): number => {
  const now = Date.now();
  return Math.max(newYorkDay(now).start, now - ms);
};
