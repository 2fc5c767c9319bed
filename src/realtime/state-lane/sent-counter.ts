import type { RealtimeMetrics } from '../../metrics/realtime.ts';
import type { EncodedEvent } from '../peer.ts';

/** Sums up written events by name, because a metric costs more than a write to one peer may. */
export interface SentCounter {
  /** The same events to this many peers. */
  add(events: readonly EncodedEvent[], peers: number): void;
  report(): void;
}

export function createSentCounter(metrics: Pick<RealtimeMetrics, 'messageSent'>): SentCounter {
  const sums = new Map<string, number>();

  return {
    add(events, peers) {
      // Events of one name stand together, so that a list of hundreds is a few additions.
      for (let start = 0, end = 1; end <= events.length; end++) {
        const { event } = events[start]!;
        if (events[end]?.event === event) continue;
        sums.set(event, (sums.get(event) ?? 0) + (end - start) * peers);
        start = end;
      }
    },
    report() {
      for (const [event, sum] of sums) metrics.messageSent(event, sum);
      sums.clear();
    },
  };
}
