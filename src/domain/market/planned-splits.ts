import { type Entry, splitEntry } from './quote-entry.ts';
import { type Split, splitName } from './splits.ts';

/** The next split of each symbol. They are of the market, and stay where quotes are forgotten. */
export interface PlannedSplits {
  plan(split: Split): void;
  /** The books have followed the split of the symbol. */
  adjusted(symbol: string): void;
  /** Its split is the first thing of the entry's day. */
  beginDay(entry: Entry): void;
}

export function createPlannedSplits(): PlannedSplits {
  const planned = new Map<string, Split>();
  const followed = new Set<string>();

  return {
    plan: (split) => void planned.set(split.symbol, split),
    adjusted(symbol) {
      const split = planned.get(symbol);
      if (split) followed.add(splitName(split));
    },
    beginDay(entry) {
      const split = planned.get(entry.symbol);
      if (split?.day !== entry.date) return;
      splitEntry(entry, split);
      if (followed.has(splitName(split))) entry.splitting = false;
    },
  };
}
