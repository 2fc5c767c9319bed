/** Who wants which symbol, and which symbols stay subscribed upstream a while longer. */
export interface Subscriptions {
  /** Everything `holder` wants from now on. Returns the symbols that are new to this holder. */
  want(holder: string, symbols: Iterable<string>, now: number): string[];
  forget(holder: string, now: number): void;
  /** Holders heard of before `since`. */
  quietHolders(since: number): string[];
  /** What to be subscribed to at `now`: wanted, or let go less than the linger ago. */
  current(now: number): ReadonlySet<string>;
}

export function createSubscriptions(lingerMs: number): Subscriptions {
  const holders = new Map<string, { symbols: ReadonlySet<string>; heardAt: number }>();
  const releasedAt = new Map<string, number>();

  const isWanted = (symbol: string): boolean => {
    for (const { symbols } of holders.values()) if (symbols.has(symbol)) return true;
    return false;
  };
  const release = (before: ReadonlySet<string>, now: number): void => {
    for (const symbol of before) if (!isWanted(symbol)) releasedAt.set(symbol, now);
  };

  return {
    want(holder, symbols, now) {
      const wanted = new Set(symbols);
      const before = holders.get(holder)?.symbols ?? new Set<string>();
      holders.set(holder, { symbols: wanted, heardAt: now });
      for (const symbol of wanted) releasedAt.delete(symbol);
      release(before, now);
      return [...wanted].filter((symbol) => !before.has(symbol));
    },
    forget(holder, now) {
      const before = holders.get(holder)?.symbols ?? new Set<string>();
      holders.delete(holder);
      release(before, now);
    },
    quietHolders: (since) =>
      [...holders].filter(([, { heardAt }]) => heardAt < since).map(([holder]) => holder),
    current(now) {
      const symbols = new Set<string>();
      for (const holder of holders.values()) for (const symbol of holder.symbols) symbols.add(symbol);
      for (const [symbol, released] of releasedAt) {
        if (now - released < lingerMs) symbols.add(symbol);
        else releasedAt.delete(symbol);
      }
      return symbols;
    },
  };
}
