import { newYorkDay } from '../../protocol/new-york.ts';
import { createHoursOf } from './market-hours.ts';
import { createPlannedSplits } from './planned-splits.ts';
import { createEntry, type Entry, rollDay } from './quote-entry.ts';
import type { Split } from './splits.ts';

/** More symbols than US equity markets list, and the contracts of a hundred peers: beyond it upstream is broken. */
export const MAX_SYMBOLS = 20_000;

/** Whether the symbol is neither wanted nor sent. */
export type IsIdle = (symbol: string) => boolean;

/** When days end. */
function createDayEnds(now?: () => number) {
  let newest = 0;
  /** The next end of any symbol's day. */
  let next = Number.POSITIVE_INFINITY;
  const time = (): number => now?.() ?? newest;

  return {
    time,
    see(tick: number): void {
      if (tick > newest) newest = tick;
    },
    expect(end: number): void {
      if (end < next) next = end;
    },
    /** True once where a day is over: then the ends of all are to be told again. */
    isOver(): boolean {
      if (time() < next) return false;
      next = Number.POSITIVE_INFINITY;
      return true;
    },
    /** Null before the first tick, where days end by the newest one. */
    today: (): string | null => (time() === 0 ? null : newYorkDay(time()).date),
    clear(): void {
      newest = 0;
      next = Number.POSITIVE_INFINITY;
    },
  };
}

/**
 * What is kept of each symbol: of at most so many that a new one takes the place of the oldest that is idle. `now` is the
 * time by which days end; without it that of the newest tick.
 */
export function createEntries(isIdle: IsIdle, now?: () => number) {
  const hoursOf = createHoursOf('us-equities');
  const entries = new Map<string, Entry>();
  /** False where a look through all entries has just found none: each tick of another symbol would repeat it. */
  let mayHaveIdle = true;
  const days = createDayEnds(now);
  const splits = createPlannedSplits();

  function hasRoom(): boolean {
    if (entries.size < MAX_SYMBOLS) return true;
    if (!mayHaveIdle) return false;
    for (const { symbol, halted } of entries.values())
      if (!halted && isIdle(symbol)) return entries.delete(symbol);
    mayHaveIdle = false;
    return false;
  }

  function add(symbol: string, time: number): Entry | undefined {
    if (!hasRoom()) return undefined;
    const entry = createEntry(symbol, time, hoursOf(symbol));
    entries.set(symbol, entry);
    splits.beginDay(entry);
    return entry;
  }
  function turn(entry: Entry, time: number): void {
    rollDay(entry, time);
    splits.beginDay(entry);
  }
  const some = (symbol?: string): Iterable<Entry> => {
    const entry = symbol === undefined ? undefined : entries.get(symbol);
    return symbol === undefined ? entries.values() : entry ? [entry] : [];
  };

  return {
    get: (symbol: string): Entry | undefined => entries.get(symbol),
    /** The symbol's, where there is one; all of them without a symbol. */
    some,
    /** On the day of `time`; undefined for a day that is over, and where there is no room. */
    on(symbol: string, time: number): Entry | undefined {
      days.see(time);
      const entry = entries.get(symbol) ?? add(symbol, time);
      if (entry === undefined || time < entry.dayStart) return undefined;
      if (time >= entry.dayEnd) turn(entry, time);
      days.expect(entry.dayEnd);
      return entry;
    },
    /** Ends the days that are over, also of symbols that nothing is heard of; answers with their entries. */
    turnDays(): Entry[] {
      const time = days.time();
      if (!days.isOver()) return [];
      const turned = [...entries.values()].filter(({ dayEnd }) => time >= dayEnd);
      for (const entry of turned) turn(entry, time);
      for (const { dayEnd } of entries.values()) days.expect(dayEnd);
      return turned;
    },
    /** Answers with what it is about. */
    plan(split: Split): Iterable<Entry> {
      splits.plan(split);
      for (const entry of some(split.symbol)) splits.beginDay(entry);
      return some(split.symbol);
    },
    adjusted(symbol: string): Iterable<Entry> {
      splits.adjusted(symbol);
      for (const entry of some(symbol)) entry.splitting = false;
      return some(symbol);
    },
    today: days.today,
    forget(since: number): void {
      mayHaveIdle = true;
      for (const { symbol, isContract, receivedAt } of entries.values())
        if (isContract && receivedAt < since && isIdle(symbol)) entries.delete(symbol);
    },
    clear(): void {
      entries.clear();
      mayHaveIdle = true;
      days.clear();
    },
  };
}
