/** The connections to this process: one place each. */
export interface Places {
  /** Places of this user. */
  count(userId: string): number;
  add(userId: string, connectionId: string): void;
  /** False when there was no such place. */
  remove(userId: string, connectionId: string): boolean;
  all(): Iterable<readonly [userId: string, connectionId: string]>;
}

export function createPlaces(): Places {
  const held = new Map<string, Set<string>>();

  return {
    count: (userId) => held.get(userId)?.size ?? 0,
    add(userId, connectionId) {
      const places = held.get(userId) ?? new Set();
      held.set(userId, places.add(connectionId));
    },
    remove(userId, connectionId) {
      const places = held.get(userId);
      if (!places?.delete(connectionId)) return false;
      if (places.size === 0) held.delete(userId);
      return true;
    },
    *all() {
      for (const [userId, places] of held) for (const id of places) yield [userId, id];
    },
  };
}
