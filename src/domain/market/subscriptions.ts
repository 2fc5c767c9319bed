/** Those of `after` that are wanted anew or again: what has been wanted before stays in its order, ahead of them. */
export function wantedAnew(before: Iterable<string>, after: ReadonlySet<string>): string[] {
  const order = [...after];
  let kept = 0;
  for (const symbol of before) if (symbol === order[kept]) kept++;
  return order.slice(kept);
}

/** The symbols of each subscriber, and those that stay subscribed upstream a while longer. */
export interface Subscriptions {
  /**
   * Everything `subscriber` wants from now on, the most recently wanted last. Returns the symbols that are new to this
   * subscriber.
   */
  want(subscriber: string, symbols: Iterable<string>, now: number): string[];
  forget(subscriber: string, now: number): void;
  /** Subscribers whose last message is from before `since`. */
  quietSubscribers(since: number): string[];
  /**
   * The symbols to subscribe to at `now`: those released less than the linger ago, then those that are wanted, the most
   * recently wanted last.
   */
  current(now: number): ReadonlySet<string>;
}

export interface SubscriptionsOptions {
  readonly lingerMs: number;
  /** Beyond so many, those that were released first linger no longer. */
  readonly maxLingering: number;
}

export function createSubscriptions({ lingerMs, maxLingering }: SubscriptionsOptions): Subscriptions {
  const subscribers = new Map<string, { symbols: ReadonlySet<string>; seenAt: number }>();
  const releasedAt = new Map<string, number>();
  /** Every symbol that is wanted or lingers; one that a subscriber wants anew or again goes to the end. */
  const byDemand = new Set<string>();

  const isWanted = (symbol: string): boolean => {
    for (const { symbols } of subscribers.values()) if (symbols.has(symbol)) return true;
    return false;
  };
  const release = (before: ReadonlySet<string>, now: number): void => {
    for (const symbol of before) if (!isWanted(symbol)) releasedAt.set(symbol, now);
  };

  return {
    want(subscriber, symbols, now) {
      const wanted = new Set(symbols);
      const before = subscribers.get(subscriber)?.symbols ?? new Set<string>();
      subscribers.set(subscriber, { symbols: wanted, seenAt: now });
      const fresh = [...wanted].filter((symbol) => !before.has(symbol));
      for (const symbol of wanted) releasedAt.delete(symbol);
      for (const symbol of wantedAnew(before, wanted)) {
        byDemand.delete(symbol);
        byDemand.add(symbol);
      }
      release(before, now);
      return fresh;
    },
    forget(subscriber, now) {
      const before = subscribers.get(subscriber)?.symbols ?? new Set<string>();
      subscribers.delete(subscriber);
      release(before, now);
    },
    quietSubscribers: (since) =>
      [...subscribers].filter(([, { seenAt }]) => seenAt < since).map(([subscriber]) => subscriber),
    current(now) {
      for (const [symbol, released] of releasedAt) {
        if (now - released < lingerMs && releasedAt.size <= maxLingering) continue;
        releasedAt.delete(symbol);
        byDemand.delete(symbol);
      }
      return new Set([...releasedAt.keys(), ...byDemand]);
    },
  };
}
