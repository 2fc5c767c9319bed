import type { BrokerEvent } from '../broker.ts';

/** Keeps one transaction short. */
const MAX_BATCH = 500;

/** Events of the broker that are not settled, in order of arrival. */
export interface EventQueue {
  push(...events: readonly BrokerEvent[]): void;
  isEmpty(): boolean;
  /** Gives the oldest to `settle`; a batch that fails keeps its place. */
  settleNext(settle: (events: readonly BrokerEvent[]) => Promise<void>): Promise<void>;
  /** Drops what the broker repeats when it is asked. It need not remember an order that it never accepted. */
  dropRepeatable(): void;
}

/** `onPush` is called after each push, an empty one too. */
export function createEventQueue(onPush: () => void): EventQueue {
  let queue: BrokerEvent[] = [];
  return {
    push(...events) {
      queue.push(...events);
      onPush();
    },
    isEmpty: () => queue.length === 0,
    async settleNext(settle) {
      const batch = queue.splice(0, MAX_BATCH);
      try {
        if (batch.length > 0) await settle(batch);
      } catch (error) {
        queue.unshift(...batch);
        throw error;
      }
    },
    dropRepeatable() {
      queue = queue.filter(({ type }) => type === 'rejected' || type === 'unavailable');
    },
  };
}
