/**
 * The port of questions that nobody notices but who asks: nothing is subscribed, and no cache that others read takes the
 * answer. A premium signal names a symbol before others may know that there is one.
 */
export interface DiscreetQuestions {
  /** Whether there is such a stock or contract. Throws NOT_IN_PLAN or UNAVAILABLE where the source cannot say. */
  exists(symbol: string): Promise<boolean>;
  /**
   * The best bid and ask now, as far as there are both. Throws as `exists`, and UNKNOWN_SYMBOL for what does not exist.
   */
  lastQuote(symbol: string): Promise<LastQuote | undefined>;
}

/** Dollars; a contract's are per share. */
export interface LastQuote {
  readonly bid: number;
  readonly ask: number;
  /** When it was made, milliseconds since epoch. */
  readonly time: number;
}
