import type { Cancel, Clock } from '../lib/clock.ts';
import type { RealtimeMetrics } from '../metrics/realtime.ts';
import { MAX_SOCKET_QUEUE_BYTES, SLOW_CONSUMER_TIMEOUT_MS } from '../protocol/limits.ts';
import type { Peer } from './peer.ts';

const LOOK_INTERVAL_MS = 1_000;
/** A process that stood still for longer has yet to read what its peers have answered meanwhile. */
const MAX_LOOK_PAUSE_MS = 5_000;

interface Blocked {
  /** When the peer last took something, as far as is known; milliseconds since epoch. */
  since: number;
  /** `takenBytes` at the last look. */
  taken: number;
}

export interface SlowReadersParts {
  readonly peers: Iterable<Peer>;
  readonly clock: Clock;
  readonly metrics: Pick<RealtimeMetrics, 'queued'>;
  readonly onSlowReader: (peer: Peer) => void;
}

/** Finds the peers that read nothing, or for which too much is queued. Returns what ends it. */
export function watchSlowReaders({ peers, clock, metrics, onSlowReader }: SlowReadersParts): Cancel {
  let blocked = new Map<Peer, Blocked>();
  let lookedAt = clock.now();

  return clock.every(LOOK_INTERVAL_MS, () => {
    const now = clock.now();
    const stillBlocked = new Map<Peer, Blocked>();
    const hasStalled = now - lookedAt > MAX_LOOK_PAUSE_MS;
    lookedAt = now;
    let queued = 0;
    for (const peer of peers) {
      if (peer.room() > 0) continue;
      const bytes = peer.queuedBytes();
      queued += bytes;
      // Slow is not stuck: a long replay over a thin line is never at rest, and still arrives.
      const taken = peer.takenBytes();
      const before = blocked.get(peer);
      const since = before && taken <= before.taken ? before.since : now;
      stillBlocked.set(peer, { since, taken });
      const isStuck = !hasStalled && now - since >= SLOW_CONSUMER_TIMEOUT_MS;
      if (bytes > MAX_SOCKET_QUEUE_BYTES || isStuck) onSlowReader(peer);
    }
    blocked = stillBlocked;
    metrics.queued(queued);
  });
}
