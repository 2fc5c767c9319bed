import { createHoursOf } from './market-hours.ts';
import { createEntry, type Entry, rollDay } from './quote-entry.ts';

/** More symbols than US equity markets list, and the contracts of a hundred peers: beyond it upstream is broken. */
export const MAX_SYMBOLS = 20_000;

/** Whether the symbol is neither wanted nor sent. */
export type IsIdle = (symbol: string) => boolean;

/**
 * What is kept of each symbol: of at most so many that a new one takes the place of the oldest that is idle. `now` is the
 * time by which days end; without it that of the newest tick.
 */
export function createEntries(isIdle: IsIdle, now?: () => number) {
  const hoursOf = createHoursOf('us-equities');
  const entries = new Map<string, Entry>();
  /** False where a look through all entries has just found none: each tick of another symbol would repeat it. */
  let mayHaveIdle = true;
  let newest = 0;
  /** When the next day of any symbol ends. */
  let turnsAt = Number.POSITIVE_INFINITY;

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
    return entry;
  }

  return {
    get: (symbol: string): Entry | undefined => entries.get(symbol),
    /** The symbol's, where there is one; all of them without a symbol. */
    some(symbol?: string): Iterable<Entry> {
      if (symbol === undefined) return entries.values();
      const entry = entries.get(symbol);
      return entry ? [entry] : [];
    },
    /** On the day of `time`; undefined for a day that is over, and where there is no room. */
    on(symbol: string, time: number): Entry | undefined {
      if (time > newest) newest = time;
      const entry = entries.get(symbol) ?? add(symbol, time);
      if (entry === undefined || time < entry.dayStart) return undefined;
      if (time >= entry.dayEnd) rollDay(entry, time);
      if (entry.dayEnd < turnsAt) turnsAt = entry.dayEnd;
      return entry;
    },
    /** Ends the days that are over, also of symbols that nothing is heard of; answers with their entries. */
    turnDays(): Entry[] {
      const time = now?.() ?? newest;
      if (time < turnsAt) return [];
      turnsAt = Number.POSITIVE_INFINITY;
      const turned: Entry[] = [];
      for (const entry of entries.values()) {
        if (time >= entry.dayEnd) {
          rollDay(entry, time);
          turned.push(entry);
        }
        if (entry.dayEnd < turnsAt) turnsAt = entry.dayEnd;
      }
      return turned;
    },
    forget(since: number): void {
      mayHaveIdle = true;
      for (const { symbol, isContract, receivedAt } of entries.values())
        if (isContract && receivedAt < since && isIdle(symbol)) entries.delete(symbol);
    },
    clear(): void {
      entries.clear();
      mayHaveIdle = true;
      newest = 0;
      turnsAt = Number.POSITIVE_INFINITY;
    },
  };
}
