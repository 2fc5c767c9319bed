import type { Quote } from '../market/quote.ts';
import type { Fitness } from './fit.ts';

/** What trading needs of the market, as of now. */
export interface MarketView {
  /** Whether the symbol can be traded here. Throws UNAVAILABLE where that is unknown right now. */
  knows(symbol: string): Promise<boolean>;
  quote(symbol: string): Quote | undefined;
  /** Whether the quote may be traded on now, and at what. */
  fitness(quote: Quote | undefined): Fitness;
  /** Whether the regular session of the symbol's market is on. */
  isOpen(symbol: string): boolean;
  /** End of its current session, or of the next one while closed; null where the market never closes. */
  nextClose(symbol: string): number | null;
  /** Calendar day in New York, `2026-01-05`: the day of day change and daily loss. */
  tradingDay(): string;
}
