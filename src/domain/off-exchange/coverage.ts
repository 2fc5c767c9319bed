import { newYorkDay } from '../../protocol/new-york.ts';
import type { MarketHours } from '../market/market-hours.ts';
import type { Gap } from './sums-store.ts';

/** Since when upstream's prints arrive, and in which times they did not. All times are milliseconds since epoch. */
export interface Coverage {
  /** What the engine before knew: prints up to here are counted. */
  resume(coveredUntil: number | null): void;
  /** The feed's prints arrive, or do so no longer. */
  set(flowing: boolean, now: number): void;
  /** Everything up to here is counted; null where nobody can say. */
  until(now: number): number | null;
  /** The gaps that have ended since the last call. */
  take(): Gap[];
}

const MINUTE_MS = 60_000;
/** After a longer time without an engine the days are simply not there. */
const LONGEST_GAP_MS = 7 * 86_400_000;

export function createCoverage(hours: Pick<MarketHours, 'session'>): Coverage {
  let coveredUntil: number | null = null;
  let isFlowing = false;
  let gaps: Gap[] = [];

  return {
    resume(until) {
      coveredUntil = until;
      isFlowing = false;
      gaps = [];
    },
    set(flowing, now) {
      if (flowing === isFlowing) return;
      isFlowing = flowing;
      if (flowing && coveredUntil !== null && now > coveredUntil)
        gaps.push(...openGaps(Math.max(coveredUntil, now - LONGEST_GAP_MS), now, hours));
      coveredUntil = now;
    },
    until: (now) => (isFlowing ? now : coveredUntil),
    take() {
      const taken = gaps;
      gaps = [];
      return taken;
    },
  };
}

/** By day, without what lies before the market's first and behind its last open minute: nothing is printed there. */
export function openGaps(from: number, to: number, hours: Pick<MarketHours, 'session'>): Gap[] {
  const gaps: Gap[] = [];
  for (let start = from; start < to; ) {
    const { date, end } = newYorkDay(start);
    const until = Math.min(end, to);
    const open = openPart(start, until, hours);
    if (open !== null) gaps.push({ day: date, ...open });
    start = until;
  }
  return gaps;
}

function openPart(from: number, to: number, hours: Pick<MarketHours, 'session'>) {
  let first: number | null = null;
  let last = from;
  for (let time = from; time < to; time += MINUTE_MS) {
    if (hours.session(time) === 'closed') continue;
    first ??= time;
    last = time;
  }
  return first === null ? null : { from: first, to: Math.min(last + MINUTE_MS, to) };
}
