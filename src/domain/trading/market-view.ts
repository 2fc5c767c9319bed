import type { Quote } from '../market/quote.ts';

/** What trading must know of the market. Everything is as of now. */
export interface MarketView {
  /** Whether the symbol can be traded here. Throws UNAVAILABLE where that cannot be found out now. */
  knows(symbol: string): Promise<boolean>;
  /** From memory: false only where the symbol is certain not to exist in this market. */
  mayExist(symbol: string): boolean;
  quote(symbol: string): Quote | undefined;
  /** Whether the quote may still be traded on. */
  isFresh(quote: Quote): boolean;
  /** Whether the regular session of the symbol's market is on. */
  isOpen(symbol: string): boolean;
  /** End of its current session, or of the next one while closed; null where the market never closes. */
  nextClose(symbol: string): number | null;
  /** Calendar day in New York, `2026-01-05`: the day that day change and daily loss are counted in. */
  tradingDay(): string;
}
