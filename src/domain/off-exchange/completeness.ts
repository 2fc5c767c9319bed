import { newYorkDay, newYorkTime } from '../../protocol/new-york.ts';
import type { MarketHours } from '../market/market-hours.ts';
import { openGaps } from './coverage.ts';
import type { StoredSymbolDay } from './sums-store.ts';

/** What the sums of a symbol and day lack, as far as anybody knows. Milliseconds since epoch. */
export interface Completeness {
  /** Times in which prints may be missing; milliseconds since epoch. */
  readonly gaps: StoredSymbolDay['gaps'];
  /** The end of a gap that began with the day, or when the symbol began to be summed, if later; null where neither is. */
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
  stored: Pick<StoredSymbolDay, 'gaps' | 'followedSince' | 'wholeMarket' | 'coveredUntil'>,
  { day, now, isFlowing, hours }: CompletenessParts,
): Completeness {
  const { followedSince, wholeMarket, coveredUntil } = stored;
  const { start, end } = newYorkDay(newYorkTime(day, 0));
  /** Whether the market was closed from the beginning of the day to then. */
  const isHead = (time: number): boolean => openGaps(start, time, hours).length === 0;
  const head = stored.gaps.find(({ from }) => isHead(from))?.to ?? null;
  const since = sinceOf(stored);
  const isLater = since !== null && since > (head ?? start) && !isHead(since);
  const isToday = newYorkDay(now).date === day;
  // What is missing so far: nothing at night, and nothing of yesterday.
  const open = isToday && !isFlowing ? openGaps(Math.max(coveredUntil ?? start, start), now, hours) : [];
  const left = followedSince === null ? (wholeMarket?.until ?? null) : null;
  return {
    gaps: left === null ? stored.gaps : withoutEnd(stored.gaps, openGaps(left, Math.min(now, end), hours)),
    summedSince: isLater ? since : head,
    interruptedSince: open[0]?.from ?? null,
  };
}

/** Of its own, or with every symbol where that goes on or there is nothing else. */
function sinceOf({ followedSince, wholeMarket }: Pick<StoredSymbolDay, 'followedSince' | 'wholeMarket'>) {
  if (wholeMarket === null || followedSince === null) return followedSince ?? wholeMarket?.since ?? null;
  return wholeMarket.until === null ? Math.min(followedSince, wholeMarket.since) : followedSince;
}

/** Every symbol was summed, and then this one no longer: the rest of the day is one gap. */
const withoutEnd = (gaps: Completeness['gaps'], rest: Completeness['gaps']): Completeness['gaps'] => [
  ...gaps.filter(({ from }) => rest[0] === undefined || from < rest[0].from),
  ...rest.map(({ from, to }) => ({ from, to })),
];
