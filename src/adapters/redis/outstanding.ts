import { PLACES_OF_ONE, type Place } from './connection-scripts.ts';

/** Places about which Redis is still to be told, by connection. */
export interface Outstanding {
  add(place: Place): void;
  delete(connectionId: string): void;
  clear(): void;
  /** Tells it now; those that come meanwhile are told as well. What fails is left for the next time. */
  settle(): Promise<void>;
}

/** `tell` answers with whether Redis has done it. One statement follows the other, so that Redis serves others in between. */
export function createOutstanding(tell: (places: readonly Place[]) => Promise<boolean>): Outstanding {
  const places = new Map<string, Place>();
  let settling: Promise<void> | null = null;

  async function settleAll(): Promise<void> {
    while (places.size > 0) {
      const batch = [...places.values()].slice(0, PLACES_OF_ONE);
      if (!(await tell(batch))) return;
      for (const place of batch) if (places.get(place[1]) === place) places.delete(place[1]);
    }
  }

  return {
    add: (place) => void places.set(place[1], place),
    delete: (connectionId) => void places.delete(connectionId),
    clear: () => places.clear(),
    settle() {
      settling ??= settleAll().finally(() => {
        settling = null;
      });
      return settling;
    },
  };
}
