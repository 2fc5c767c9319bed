/**
 * Changes of the books that are no trade. The executor makes room for them: afterwards the broker receives its orders anew,
 * on the terms of now, and what it filled meanwhile on others is dropped.
 */
export interface Adjustments {
  isDue(): boolean;
  /**
   * Answers whether orders may have other terms now. Throws FencedError, and UNAVAILABLE while the database is away: what is
   * left is still due.
   */
  apply(fencing: number): Promise<boolean>;
}

export const NO_ADJUSTMENTS: Adjustments = { isDue: () => false, apply: async () => false };
