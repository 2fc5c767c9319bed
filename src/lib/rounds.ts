/** Goes around all that there is, a part at a time. */
export interface Rounds {
  /** Continues the round, or begins one; true where time ran out before its end. */
  part(): boolean;
}

/**
 * `visit` sees each item once a round, however many parts that takes: nobody in front is seen again before the last one. A
 * part ends with the first visit that is over after `partMs`, by the monotonic clock.
 */
export function createRounds<Item>(
  items: () => Iterable<Item>,
  visit: (item: Item) => void,
  partMs: number,
  now: () => number = () => performance.now(),
): Rounds {
  let left: Iterator<Item> | null = null;

  return {
    part() {
      const startedAt = now();
      left ??= items()[Symbol.iterator]();
      for (let next = left.next(); !next.done; next = left.next()) {
        visit(next.value);
        if (now() - startedAt >= partMs) return true;
      }
      left = null;
      return false;
    },
  };
}
