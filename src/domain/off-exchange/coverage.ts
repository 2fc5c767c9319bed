import { newYorkDay } from '../../protocol/new-york.ts';
import type { MarketHours } from '../market/market-hours.ts';
import type { Gap } from './sums-store.ts';

/**
 * Since when upstream's prints arrive, and in which times they did not. All times are the source's, milliseconds since
 * epoch.
 */
export interface Coverage {
  /** What the engine before knew: prints up to here are counted. */
  resume(coveredUntil: number | null): void;
  /**
   * The feed's prints arrive from `at` on, or arrived up to `at`. Returns the gaps that end with it: a break always leaves
   * one while the market is open, also where it began and ended in one millisecond.
   */
  set(flowing: boolean, at: number): readonly Gap[];
  /** Everything up to here is counted, if prints up to `at` have arrived; null where nobody can say. */
  until(at: number): number | null;
  /** The symbol's prints of that time are counted after all. */
  fill(gap: Gap, symbol: string): void;
  /** The gaps that are new or were filled for more symbols since the last call. */
  take(): Gap[];
}

const MINUTE_MS = 60_000;
/** Frames that are lost between two others of the same millisecond leave a gap as well. */
const SHORTEST_GAP_MS = 1;
/** After a longer time without an engine the days are simply not there. */
const LONGEST_GAP_MS = 7 * 86_400_000;

const keyOf = ({ day, from }: Gap): string => `${day} ${from}`;

export function createCoverage(hours: Pick<MarketHours, 'session'>): Coverage {
  let coveredUntil: number | null = null;
  let isFlowing = false;
  let isBroken = false;
  /** By their beginning. */
  const filled = new Map<string, Set<string>>();
  const changed = new Map<string, Gap>();

  /** Nothing is fetched of a day once another has begun. */
  const forgetBefore = (day: string): void => {
    for (const key of filled.keys()) if (key < day) filled.delete(key);
  };
  const begin = (gap: Gap): Gap => {
    filled.set(keyOf(gap), new Set());
    changed.set(keyOf(gap), gap);
    return gap;
  };

  /** Never before the moment from which prints arrive. */
  const reached = (at: number): number => Math.max(coveredUntil ?? at, at);

  return {
    resume(until) {
      coveredUntil = until;
      isFlowing = false;
      isBroken = false;
      filled.clear();
      changed.clear();
    },
    set(flowing, at) {
      if (flowing === isFlowing) return [];
      const from = coveredUntil;
      const to = isBroken && from !== null ? Math.max(at, from + SHORTEST_GAP_MS) : at;
      coveredUntil = flowing ? to : reached(at);
      isFlowing = flowing;
      isBroken = !flowing;
      if (!flowing || from === null || to <= from) return [];
      forgetBefore(newYorkDay(from).date);
      return openGaps(Math.max(from, to - LONGEST_GAP_MS), to, hours).map(begin);
    },
    until: (at) => (isFlowing ? reached(at) : coveredUntil),
    fill(gap, symbol) {
      const symbols = filled.get(keyOf(gap));
      if (symbols === undefined) return;
      symbols.add(symbol);
      changed.set(keyOf(gap), { ...gap, filled: [...symbols] });
    },
    take() {
      const taken = [...changed.values()];
      changed.clear();
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
    if (open !== null) gaps.push({ day: date, ...open, filled: [] });
    start = until;
  }
  return gaps;
}

function openPart(from: number, to: number, hours: Pick<MarketHours, 'session'>) {
  let first: number | null = null;
  let end = from;
  // Sessions begin and end with a minute.
  for (let time = from; time < to; time = nextMinute(time)) {
    if (hours.session(time) === 'closed') continue;
    first ??= time;
    end = nextMinute(time);
  }
  return first === null ? null : { from: first, to: Math.min(end, to) };
}

const nextMinute = (time: number): number => (Math.floor(time / MINUTE_MS) + 1) * MINUTE_MS;
