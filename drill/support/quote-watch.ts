import type { QuoteLog, StaleQuote } from './checker.ts';

/** The promise: no quote is older than this as it arrives. */
const MAX_AGE_MS = 2_000;
/**
 * A quote on a screen may grow this old and still count as current: six seconds until silence is called stale, one
 * until the next look, and one for a busy machine.
 */
const MAX_SHOWN_AGE_MS = 8_000;
/** More findings than these show nothing new. */
const KEPT = 100;
const NOT_PRESENT: ReadonlySet<string> = new Set(['stale', 'closed', 'delayed']);

export interface QuoteSeen {
  readonly symbol: string;
  /** ISO 8601. */
  readonly timestamp: string;
  readonly state: string;
}

export interface WatchedQuotes extends QuoteLog {
  /** Age of the oldest at arrival, among those that claimed to be current. */
  readonly oldestMs: number;
}

/** Watches the quotes of a group of clients. */
export interface QuoteWatch {
  /** A change, or the answer to a subscription. Returns the age in milliseconds. */
  arrived(quote: QuoteSeen): number;
  /** What a client has on its screen; called again for as long as it is there. */
  shown(quote: QuoteSeen): void;
  log(): WatchedQuotes;
  clear(): void;
}

export function createQuoteWatch(): QuoteWatch {
  let delivered = 0;
  let oldestMs = 0;
  let stale: StaleQuote[] = [];
  const note = (symbol: string, ageMs: number): void => {
    if (stale.length < KEPT) stale.push({ symbol, ageMs, at: Date.now() });
  };
  return {
    arrived({ symbol, timestamp, state }) {
      delivered += 1;
      const ageMs = Date.now() - Date.parse(timestamp);
      if (NOT_PRESENT.has(state)) return ageMs;
      oldestMs = Math.max(oldestMs, ageMs);
      if (!(ageMs <= MAX_AGE_MS)) note(symbol, ageMs);
      return ageMs;
    },
    shown({ symbol, timestamp, state }) {
      const ageMs = Date.now() - Date.parse(timestamp);
      if (!NOT_PRESENT.has(state) && !(ageMs <= MAX_SHOWN_AGE_MS)) note(symbol, ageMs);
    },
    log: () => ({ delivered, stale, oldestMs }),
    clear() {
      delivered = 0;
      oldestMs = 0;
      stale = [];
    },
  };
}
