import { newYorkDay, newYorkTime } from '../../protocol/new-york.ts';
import type { MarketHours } from '../market/market-hours.ts';
import { openGaps } from './coverage.ts';
import type { StoredSymbolDay } from './sums-store.ts';

/** Since when the sums of a symbol and day are complete, as far as anybody knows. Milliseconds since epoch. */
export interface Completeness {
  /** The end of a gap that began with the day, or when the symbol was first followed, if later; null where neither is. */
  readonly summedSince: number | null;
  /** No print arrives since then, and that goes on; null where they arrive. */
  readonly interruptedSince: number | null;
}

export interface CompletenessParts {
  /** YYYY-MM-DD in New York. */
  readonly day: string;
  readonly now: number;
  /** Whether the engine reports that prints arrive. */
  readonly isFlowing: boolean;
  readonly hours: Pick<MarketHours, 'session'>;
}

export function completenessOf(
  { gaps, followedSince, coveredUntil }: Pick<StoredSymbolDay, 'gaps' | 'followedSince' | 'coveredUntil'>,
  { day, now, isFlowing, hours }: CompletenessParts,
): Completeness {
  const start = newYorkTime(day, 0);
  /** Whether the market was closed from the beginning of the day to then. */
  const isHead = (time: number): boolean => openGaps(start, time, hours).length === 0;
  const head = gaps.find(({ from }) => isHead(from))?.to ?? null;
  const isFollowedLater = followedSince !== null && followedSince > (head ?? start) && !isHead(followedSince);
  const isToday = newYorkDay(now).date === day;
  // What is missing so far: nothing at night, and nothing of yesterday.
  const open = isToday && !isFlowing ? openGaps(Math.max(coveredUntil ?? start, start), now, hours) : [];
  return { summedSince: isFollowedLater ? followedSince : head, interruptedSince: open[0]?.from ?? null };
}
