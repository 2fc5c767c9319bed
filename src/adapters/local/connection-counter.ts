import type { ConnectionCounter } from '../../domain/cluster/counters.ts';

/** Places per user in one process. */
export function createLocalConnectionCounter(maxPerUser: number): ConnectionCounter {
  const held = new Map<string, Set<string>>();

  return {
    async acquire(userId, connectionId) {
      const places = held.get(userId) ?? new Set();
      if (!(places.size < maxPerUser)) return false;
      held.set(userId, places.add(connectionId));
      return true;
    },
    release(userId, connectionId) {
      const places = held.get(userId);
      if (places?.delete(connectionId) && places.size === 0) held.delete(userId);
    },
  };
}
