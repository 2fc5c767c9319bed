import { createBackoff } from '../../../lib/backoff.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { Log } from '../../../lib/log.ts';
import { BrokerBusy, type BrokerEvent, BrokerRejection } from '../broker.ts';
import type { Order } from '../order.ts';
import { toBrokerOrder } from './broker-order.ts';
import type { TimedBroker } from './timed-broker.ts';

/** A busy broker is asked again for this long; a price is not worth more waiting. */
const BUSY_PATIENCE_MS = 10_000;
const BUSY_RETRY = { baseMs: 250, capMs: 2_000 };

export interface SendingOptions {
  readonly broker: TimedBroker;
  readonly clock: Clock;
  readonly log: Log;
  readonly push: (...events: BrokerEvent[]) => void;
  readonly isCurrent: (fencing: number) => boolean;
  readonly onAbandoned: () => void;
  /** Finds out what became of an order whose outcome is unknown. */
  readonly resolve: (fencing: number, orderId: string, overAt: number) => Promise<void>;
}

/** Sends orders, each at most once with effect. */
export interface Sending {
  /** Resolves when the outcome is known, or the order is left to the next term. */
  send(fencing: number, order: Order): Promise<void>;
  /** The end of an order in flight is wanted: it is not offered again. */
  drop(orderId: string): void;
  /** The order is no longer in flight. */
  forget(orderId: string): void;
}

export function createSending(options: SendingOptions): Sending {
  const { broker, clock, log, push, isCurrent, onAbandoned, resolve } = options;
  const unwanted = new Set<string>();
  /** Ends the wait of an order for a busy broker. */
  const waiting = new Map<string, () => void>();

  const waitForTurn = async (orderId: string, ms: number): Promise<void> => {
    await new Promise<void>((release) => {
      waiting.set(orderId, release);
      clock.after(ms, release);
    });
    waiting.delete(orderId);
  };

  /** One request: the event for the ledger, or what went wrong. */
  const offer = async (order: Order): Promise<BrokerEvent | Error> => {
    const { id: orderId } = order;
    try {
      await broker.submit(toBrokerOrder(order));
      return { type: 'accepted', orderId, at: clock.now() };
    } catch (error) {
      if (error instanceof BrokerRejection)
        return { type: 'rejected', orderId, message: error.message, at: clock.now() };
      return error instanceof Error ? error : new Error(String(error));
    }
  };

  return {
    async send(fencing, order) {
      const { id: orderId } = order;
      const patientUntil = clock.now() + BUSY_PATIENCE_MS;
      const backoff = createBackoff(BUSY_RETRY);
      for (;;) {
        // A process that stalled since the claim may not be the engine any more.
        if (!isCurrent(fencing)) return onAbandoned();
        const outcome = await offer(order);
        if (!(outcome instanceof Error)) return push(outcome);
        if (!(outcome instanceof BrokerBusy)) {
          log.warn({ err: outcome, orderId }, 'the outcome of an order is unknown: it is looked up');
          return resolve(fencing, orderId, clock.now());
        }
        const wait = (outcome.retryAfterMs ?? 0) + backoff.next();
        if (!(clock.now() + wait <= patientUntil)) {
          log.warn({ err: outcome, orderId }, 'the broker is too busy for an order');
          return push({ type: 'unavailable', orderId, at: clock.now() });
        }
        if (!unwanted.has(orderId)) await waitForTurn(orderId, wait);
        // The broker certainly does not have it: a cancel or a halt that came meanwhile ends it here.
        if (unwanted.has(orderId)) return push({ type: 'cancelled', orderId, at: clock.now() });
      }
    },
    drop(orderId) {
      unwanted.add(orderId);
      waiting.get(orderId)?.();
    },
    forget(orderId) {
      unwanted.delete(orderId);
    },
  };
}
