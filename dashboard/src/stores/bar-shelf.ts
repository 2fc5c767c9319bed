import { newYorkDate } from '../../../src/protocol/new-york.ts';
import type { Timers } from '../lib/timers.ts';

/** What was left a moment ago is still there when the reader comes back. */
const MAX_KEPT = 12;
/** Prices of before a split change with it: what is older, or of the day before, is requested as a whole. */
const KEPT_MS = 30 * 60_000;

/** Keeps what was left a moment ago. */
export function createShelf<T>(timers: Timers) {
  const held = new Map<string, { readonly value: T; readonly at: number }>();
  return {
    put(key: string, value: T) {
      held.set(key, { value, at: timers.now() });
      if (held.size > MAX_KEPT) held.delete(held.keys().next().value!);
    },
    /** Takes it out. */
    take(key: string): T | undefined {
      const found = held.get(key);
      held.delete(key);
      const now = timers.now();
      if (!found || newYorkDate(found.at) !== newYorkDate(now)) return undefined;
      return now - found.at < KEPT_MS ? found.value : undefined;
    },
  };
}
