/** The saved watchlist of each user. */
export interface Watchlists {
  /** In the user's order; null where the user never saved one. */
  find(userId: string): Promise<string[] | null>;
  /** Replaces the list of an existing user. */
  save(userId: string, symbols: readonly string[]): Promise<void>;
}
