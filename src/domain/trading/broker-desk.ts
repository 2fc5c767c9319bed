import { createBackoff } from '../../lib/backoff.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { type Broker, type BrokerEvent, type BrokerOrder, BrokerRejection } from './broker.ts';
import type { Order } from './order.ts';

/** A broker that has not answered by then may or may not have the order, milliseconds. */
const ANSWER_TIMEOUT_MS = 5_000;
/** A cancel without an effect is asked for again after this, milliseconds. */
const CANCEL_RETRY_MS = 5_000;
/** A request that was cut off may still be on its way: "not there" counts when it is so twice, this far apart. */
const SECOND_LOOK_MS = 1_000;
const LOOKUP_RETRY = { baseMs: 250, capMs: 10_000 };

export interface BrokerDeskOptions {
  readonly broker: Broker;
  readonly clock: Clock;
  readonly log: Log;
  readonly push: (...events: BrokerEvent[]) => void;
  /** Whether the lease of this number is still ours. */
  readonly isCurrent: (fencing: number) => boolean;
}

/** Talks to the broker for the executor: each order is sent at most once, and a lost answer is looked up. */
export interface BrokerDesk {
  inFlight(): number;
  submit(fencing: number, order: Order): void;
  /** Ends an order that may be at the broker; harmless to repeat. */
  end(fencing: number, order: Order): void;
  /** Looks every open order up; resolves with those that the broker should know and does not. */
  reconcile(fencing: number, open: readonly Order[]): Promise<Order[]>;
}

export function createBrokerDesk({ broker, clock, log, push, isCurrent }: BrokerDeskOptions): BrokerDesk {
  const inFlight = new Set<string>();
  const askedToEnd = new Map<string, number>();

  const pause = (ms: number): Promise<void> => new Promise((resolve) => clock.after(ms, resolve));

  const answered = <T>(answer: Promise<T>): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      const cancel = clock.after(ANSWER_TIMEOUT_MS, () =>
        reject(new Error('the broker did not answer in time')),
      );
      answer.then(resolve, reject).finally(cancel);
    });

  /** Until the broker tells: null only where the order certainly is not there, undefined where the lease was lost meanwhile. */
  const lookUp = async (
    fencing: number,
    orderId: string,
  ): Promise<readonly BrokerEvent[] | null | undefined> => {
    const backoff = createBackoff(LOOKUP_RETRY);
    let absent = 0;
    while (isCurrent(fencing)) {
      try {
        const found = await answered(broker.find(orderId));
        if (found) return found;
        absent += 1;
        if (absent === 2) return null;
        await pause(SECOND_LOOK_MS);
      } catch (error) {
        log.warn({ err: error, orderId }, 'the broker could not tell about an order');
        await pause(backoff.next());
      }
    }
    return undefined;
  };

  const send = async (fencing: number, order: Order): Promise<void> => {
    try {
      await answered(broker.submit(toBrokerOrder(order)));
      push({ type: 'accepted', orderId: order.id, at: clock.now() });
    } catch (error) {
      if (error instanceof BrokerRejection)
        return push({ type: 'rejected', orderId: order.id, message: error.message, at: clock.now() });
      log.warn({ err: error, orderId: order.id }, 'the outcome of an order is unknown: it is looked up');
      await resolve(fencing, order.id);
    }
  };

  const resolve = async (fencing: number, orderId: string): Promise<void> => {
    const found = await lookUp(fencing, orderId);
    if (found) push({ type: 'accepted', orderId, at: clock.now() }, ...found);
    else if (found === null) push({ type: 'unavailable', orderId, at: clock.now() });
  };

  const track = (orderId: string, work: Promise<void>): void => {
    inFlight.add(orderId);
    void work.finally(() => {
      inFlight.delete(orderId);
      push();
    });
  };

  const cancel = async (fencing: number, order: Order): Promise<void> => {
    try {
      await answered(broker.cancel(order.id));
    } catch (error) {
      // Most often it has just been filled.
      log.info({ err: error, orderId: order.id }, 'a cancel was not taken: the order is looked up');
      const found = await lookUp(fencing, order.id);
      if (found !== null) return push(...(found ?? []));
      log.error({ orderId: order.id }, 'an order that was working is unknown to the broker');
      push({ type: 'cancelled', orderId: order.id, at: clock.now() });
    }
  };

  return {
    inFlight: () => inFlight.size,
    submit: (fencing, order) => track(order.id, send(fencing, order)),
    end(fencing, order) {
      const now = clock.now();
      if (order.status === 'accepted') return push({ type: 'cancelled', orderId: order.id, at: now });
      if (inFlight.has(order.id) || now - (askedToEnd.get(order.id) ?? -CANCEL_RETRY_MS) < CANCEL_RETRY_MS)
        return;
      for (const [id, asked] of askedToEnd) if (now - asked >= CANCEL_RETRY_MS) askedToEnd.delete(id);
      askedToEnd.set(order.id, now);
      void cancel(fencing, order);
    },
    async reconcile(fencing, open) {
      askedToEnd.clear();
      await answered(broker.adopt(open.map(toBrokerOrder)));
      const missing: Order[] = [];
      for (const order of open) {
        // Whoever is in the air is looked up by its own send.
        if (inFlight.has(order.id)) continue;
        const found = await answered(broker.find(order.id));
        if (found) push({ type: 'accepted', orderId: order.id, at: clock.now() }, ...found);
        else if (order.status === 'submitting') track(order.id, resolve(fencing, order.id));
        else missing.push(order);
      }
      return missing;
    },
  };
}

const toBrokerOrder = (order: Order): BrokerOrder => {
  // Only a denied order has no bound, and those are never sent; the database holds that too.
  if (!order.boundPrice) throw new Error(`order ${order.id} has no bound price`);
  const { id, symbol, side, type, quantity, filledQuantity, boundPrice, stopPrice } = order;
  return { id, symbol, side, type, quantity, filledQuantity, boundPrice, stopPrice };
};
