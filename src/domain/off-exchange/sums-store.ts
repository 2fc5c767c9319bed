import type { DayChanges } from './changes.ts';
import type { SummedSymbols } from './sums-scope.ts';
import type { LatePrints, MinuteTotals, SymbolDay } from './symbol-sums.ts';

/** A time in which prints may be missing from the sums; milliseconds since epoch. */
export interface Gap {
  /** YYYY-MM-DD in New York. */
  readonly day: string;
  readonly from: number;
  readonly to: number;
  /** Symbols whose prints of that time were fetched afterwards. */
  readonly filled: readonly string[];
}

/** A symbol that was followed on a day, where not every symbol is summed. */
export interface Follow {
  /** YYYY-MM-DD in New York. */
  readonly day: string;
  readonly symbol: string;
  /** By the time of the source, milliseconds since epoch. Stored again, the earlier one counts. */
  readonly since: number;
}

/** When every symbol was summed, on a day on which that changed. Times are the source's, milliseconds since epoch. */
export interface WholeMarketTime {
  readonly since: number;
  /** Null where it goes on. */
  readonly until: number | null;
}

/** The newest day, as an engine goes on from it. */
export interface StoredDay {
  /** YYYY-MM-DD in New York. */
  readonly day: string;
  readonly symbols: readonly SymbolDay[];
}

/** One write of the engine. */
export interface SumsCommit {
  /**
   * The lease number with which its sums began or were restored. What they count of a minute is stored under it, beside
   * what the engines before counted of the same minute: so the numbers are absolute although nobody has read those.
   */
  readonly part: number;
  /** In their order. To write them twice does no harm. */
  readonly changes: readonly DayChanges[];
  readonly gaps: readonly Gap[];
  readonly follows: readonly Follow[];
  /** Every print that upstream sent up to here is counted; null where nobody can say. */
  readonly coveredUntil: number | null;
  /** What the engine sums. */
  readonly summed: SummedSymbols;
  /** What an engine changed at its beginning; null for all other commits. Without `until` it takes the place of what is stored. */
  readonly wholeMarket: (WholeMarketTime & { readonly day: string }) | null;
}

/** What an engine goes on from. */
export interface StoredSums {
  readonly newest: StoredDay | null;
  readonly coveredUntil: number | null;
  /** What the engine before summed; null where nobody knows. */
  readonly summed: SummedSymbols | null;
  /** Since when on the day of `coveredUntil`, where every symbol was summed for a part of it. */
  readonly wholeMarketSince: number | null;
}

/** A symbol's day as a reader gets it. */
export interface StoredSymbolDay {
  readonly minutes: readonly MinuteTotals[];
  readonly largest: SymbolDay['largest'];
  readonly late: LatePrints;
  readonly gaps: readonly Pick<Gap, 'from' | 'to'>[];
  /** When the symbol was first followed on that day; null where nobody followed it, or every symbol is summed. */
  readonly followedSince: number | null;
  /** When every symbol was summed on that day; null where that did not change on it. */
  readonly wholeMarket: WholeMarketTime | null;
  /** Every print that upstream sent up to here is counted, of whichever day; null before the first engine. */
  readonly coveredUntil: number | null;
}

/**
 * Where the sums are kept, apart for each source of market data. `load` and `commit` are the engine's: they fail where
 * `fencing` is no longer the number of the engine's lease. What fails may have been written nevertheless.
 */
export interface SumsStore {
  load(fencing: number): Promise<StoredSums>;
  commit(fencing: number, commit: SumsCommit): Promise<void>;
  symbolDay(symbol: string, day: string): Promise<StoredSymbolDay>;
}
