import type { Clock } from '../../lib/clock.ts';
import type { Peer } from '../peer.ts';

/**
 * A connection with this many refusals within the window is no client of ours: the service would do nothing but
 * parse its messages. It is closed; its neighbours are not.
 */
const MAX_REFUSALS = 300;
const WINDOW_MS = 10_000;

export interface FloodCounter {
  /** Counts a refusal; true when there were too many. */
  refused(peer: Peer): boolean;
  /** Its messages are no longer looked at. */
  isFlooding(peer: Peer): boolean;
}

export function createFloodCounter(clock: Clock): FloodCounter {
  const counts = new WeakMap<Peer, { windowStart: number; refusals: number }>();

  return {
    refused(peer) {
      const now = clock.now();
      let count = counts.get(peer);
      if (!count || now - count.windowStart > WINDOW_MS) {
        count = { windowStart: now, refusals: 0 };
        counts.set(peer, count);
      }
      count.refusals += 1;
      return count.refusals > MAX_REFUSALS;
    },
    isFlooding(peer) {
      const count = counts.get(peer);
      return (
        count !== undefined && count.refusals > MAX_REFUSALS && clock.now() - count.windowStart <= WINDOW_MS
      );
    },
  };
}
