import { createBackoff } from '../../../lib/backoff.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { Log } from '../../../lib/log.ts';
import { pause } from '../../../lib/pause.ts';
import type { BrokerEvent } from '../broker.ts';
import type { TimedBroker } from './timed-broker.ts';

/**
 * A request that was given up may still sit in a network or a queue and arrive. "Not there" counts this long after
 * the last moment at which a request of ours can have been under way.
 */
const LATE_ARRIVAL_MS = 5_000;
const LOOKUP_RETRY = { baseMs: 250, capMs: 10_000 };

export interface LookUpOptions {
  readonly broker: TimedBroker;
  readonly clock: Clock;
  readonly log: Log;
  readonly isCurrent: (fencing: number) => boolean;
}

/**
 * Asks the broker for an order until it is certain what became of it: the events that the broker knows, `absent`
 * where the order is not there and can no longer arrive, `abandoned` where the lease was lost meanwhile. No request
 * of ours for the order began, or was waited for, after `overAt`.
 */
export type LookUp = (
  fencing: number,
  orderId: string,
  overAt: number,
) => Promise<readonly BrokerEvent[] | 'absent' | 'abandoned'>;

export function createLookUp({ broker, clock, log, isCurrent }: LookUpOptions): LookUp {
  return async (fencing, orderId, overAt) => {
    const backoff = createBackoff(LOOKUP_RETRY);
    const certainAt = overAt + LATE_ARRIVAL_MS;
    while (isCurrent(fencing)) {
      try {
        const askedAt = clock.now();
        const found = await broker.find(orderId);
        if (found) return found;
        if (askedAt >= certainAt) return 'absent';
        await pause(clock, Math.max(0, certainAt - clock.now()));
      } catch (error) {
        log.warn({ err: error, orderId }, 'the look-up of an order at the broker failed and is repeated');
        await pause(clock, backoff.next());
      }
    }
    return 'abandoned';
  };
}
