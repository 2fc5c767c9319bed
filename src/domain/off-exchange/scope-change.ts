import { newYorkDay } from '../../protocol/new-york.ts';
import type { SummedSymbols } from './sums-scope.ts';
import type { StoredSums, SumsCommit } from './sums-store.ts';

/**
 * When every symbol was or is summed, where an engine sums others than the one before it on the same day; null where
 * nothing changed. After a night nothing of the new day depends on it: what lies between is a gap of every symbol.
 */
export function wholeMarketOf(
  { coveredUntil, summed: before, wholeMarketSince }: Omit<StoredSums, 'newest'>,
  summed: SummedSymbols,
  now: number,
): SumsCommit['wholeMarket'] {
  if (coveredUntil === null || before === null || before === summed) return null;
  const { date: day, start } = newYorkDay(coveredUntil);
  if (newYorkDay(now).date !== day) return null;
  return summed === '*'
    ? { day, since: now, until: null }
    : { day, since: wholeMarketSince ?? start, until: coveredUntil };
}
