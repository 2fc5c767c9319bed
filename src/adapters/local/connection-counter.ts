import type { ConnectionCounter } from '../../domain/limits/counters.ts';
import { createPlaces } from './places.ts';

/** Places per user in one process. */
export function createLocalConnectionCounter(maxPerUser: number): ConnectionCounter {
  const places = createPlaces();

  return {
    async acquire(userId, connectionId, replaced) {
      if (replaced !== undefined) places.remove(userId, replaced);
      if (!(places.count(userId) < maxPerUser)) return false;
      places.add(userId, connectionId);
      return true;
    },
    release(userId, connectionId) {
      places.remove(userId, connectionId);
    },
  };
}
