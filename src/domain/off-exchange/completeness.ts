import { newYorkDay, newYorkTime } from '../../protocol/new-york.ts';
import type { MarketHours } from '../market/market-hours.ts';
import { openGaps } from './coverage.ts';
import type { StoredSymbolDay } from './sums-store.ts';

/** Since when the sums of a symbol and day are complete, as far as anybody knows. Milliseconds since epoch. */
export interface Completeness {
  /** The end of a gap that began with the day; null where there is none. */
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
  { gaps, coveredUntil }: Pick<StoredSymbolDay, 'gaps' | 'coveredUntil'>,
  { day, now, isFlowing, hours }: CompletenessParts,
): Completeness {
  const start = newYorkTime(day, 0);
  const head = gaps.find(({ from }) => openGaps(start, from, hours).length === 0);
  const isToday = newYorkDay(now).date === day;
  // What is missing so far: nothing at night, and nothing of yesterday.
  const open = isToday && !isFlowing ? openGaps(Math.max(coveredUntil ?? start, start), now, hours) : [];
  return { summedSince: head?.to ?? null, interruptedSince: open[0]?.from ?? null };
}
