import { createBackoff } from '../../lib/backoff.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { type Broker, BrokerBusy, type BrokerEvent, type BrokerOrder, BrokerRejection } from './broker.ts';
import type { Order } from './order.ts';

/** A broker that has not answered by then may or may not have the order, milliseconds. */
const ANSWER_TIMEOUT_MS = 5_000;
/**
 * A request that nobody waits for any more may still sit in a network or a queue and arrive. "Not there" counts
 * when it is so this long after the last moment at which one of ours can have been under way, milliseconds.
 */
const LATE_ARRIVAL_MS = 5_000;
/** A broker with too much to do is asked again for this long; a price is not worth more waiting, milliseconds. */
const BUSY_PATIENCE_MS = 10_000;
const BUSY_RETRY = { baseMs: 250, capMs: 2_000 };
/** A cancel without an effect is asked for again after this, milliseconds. */
const CANCEL_RETRY_MS = 5_000;
const LOOKUP_RETRY = { baseMs: 250, capMs: 10_000 };
/** A take-over asks for this many orders side by side: hundreds take a second, and no broker calls it a flood. */
const LOOKUPS_AT_ONCE = 8;

export interface BrokerDeskOptions {
  readonly broker: Broker;
  readonly clock: Clock;
  readonly log: Log;
  readonly push: (...events: BrokerEvent[]) => void;
  /** Whether the lease of this number is ours at this very moment. */
  readonly isCurrent: (fencing: number) => boolean;
  /** An order was left as it is because the lease was not ours: if it is again, whoever calls must reconcile. */
  readonly onAbandoned: () => void;
}

/**
 * Talks to the broker for the executor. An order is sent at most once with effect: whether the lease still is
 * ours is asked right before each request, an outcome that is not known is looked up and never sent again, and
 * only an order that the broker certainly did not take (busy) is offered once more, under the same id.
 *
 * What remains: a process that stands still between that question and the write to its socket, or a network that
 * keeps a request, for longer than the lease and the waits above together. Only the broker could refuse such a
 * request (by a time after which it does not count). If it takes it, its event finds an order that was given up;
 * the order is cancelled there and trading is halted.
 */
export interface BrokerDesk {
  inFlight(): number;
  submit(fencing: number, order: Order): void;
  /** Ends an order that may be at the broker; harmless to repeat. */
  end(fencing: number, order: Order): void;
  /** Takes an order back that should not be at the broker; tries once. */
  withdraw(fencing: number, orderId: string): void;
  /** Looks every open order up; resolves with those that the broker should know and does not. */
  reconcile(fencing: number, open: readonly Order[]): Promise<Order[]>;
}

export function createBrokerDesk(options: BrokerDeskOptions): BrokerDesk {
  const { broker, clock, log, push, isCurrent, onAbandoned } = options;
  /** Orders whose fate is being found out, and under which number. */
  const inFlight = new Map<string, number>();
  const askedToEnd = new Map<string, number>();
  /** Orders in flight whose end is wanted: they are not offered again. */
  const unwanted = new Set<string>();
  /** What ends the wait of an order for a busy broker. */
  const waiting = new Map<string, () => void>();

  const pause = (ms: number): Promise<void> => new Promise((resolve) => clock.after(ms, resolve));

  const answered = <T>(ask: (signal: AbortSignal) => Promise<T>): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      const given = new AbortController();
      const cancel = clock.after(ANSWER_TIMEOUT_MS, () => {
        reject(new Error('the broker did not answer in time'));
        given.abort();
      });
      ask(given.signal).then(resolve, reject).finally(cancel);
    });

  const ask = (orderId: string): Promise<readonly BrokerEvent[] | null> =>
    answered((signal) => broker.find(orderId, signal));

  /**
   * Until the broker tells: null where the order is not there and no longer will be, undefined where the lease
   * was lost meanwhile. No request of ours for it began or was waited for after `overAt`.
   */
  const lookUp = async (
    fencing: number,
    orderId: string,
    overAt: number,
  ): Promise<readonly BrokerEvent[] | null | undefined> => {
    const backoff = createBackoff(LOOKUP_RETRY);
    const certainAt = overAt + LATE_ARRIVAL_MS;
    while (isCurrent(fencing)) {
      try {
        const askedAt = clock.now();
        const found = await ask(orderId);
        if (found) return found;
        if (askedAt >= certainAt) return null;
        await pause(Math.max(0, certainAt - clock.now()));
      } catch (error) {
        log.warn({ err: error, orderId }, 'the broker could not tell about an order');
        await pause(backoff.next());
      }
    }
    return undefined;
  };

  const resolve = async (fencing: number, orderId: string, overAt: number): Promise<void> => {
    const found = await lookUp(fencing, orderId, overAt);
    if (found) push({ type: 'accepted', orderId, at: clock.now() }, ...found);
    else if (found === null) push({ type: 'unavailable', orderId, at: clock.now() });
    else onAbandoned();
  };

  const waitForTurn = async (orderId: string, ms: number): Promise<void> => {
    await new Promise<void>((resolve) => {
      waiting.set(orderId, resolve);
      clock.after(ms, resolve);
    });
    waiting.delete(orderId);
  };

  /** One request; answers with what to tell the ledger, or with what went wrong. */
  const offer = async (order: Order): Promise<BrokerEvent | Error> => {
    const { id: orderId } = order;
    try {
      await answered((signal) => broker.submit(toBrokerOrder(order), signal));
      return { type: 'accepted', orderId, at: clock.now() };
    } catch (error) {
      if (error instanceof BrokerRejection)
        return { type: 'rejected', orderId, message: error.message, at: clock.now() };
      return error instanceof Error ? error : new Error(String(error));
    }
  };

  const send = async (fencing: number, order: Order): Promise<void> => {
    const patientUntil = clock.now() + BUSY_PATIENCE_MS;
    const backoff = createBackoff(BUSY_RETRY);
    for (;;) {
      // Whoever stood still since the claim may not be the engine any more.
      if (!isCurrent(fencing)) return onAbandoned();
      const outcome = await offer(order);
      if (!(outcome instanceof Error)) return push(outcome);
      if (!(outcome instanceof BrokerBusy)) {
        log.warn({ err: outcome, orderId: order.id }, 'the outcome of an order is unknown: it is looked up');
        return resolve(fencing, order.id, clock.now());
      }
      const wait = (outcome.retryAfterMs ?? 0) + backoff.next();
      if (!(clock.now() + wait <= patientUntil)) {
        log.warn({ err: outcome, orderId: order.id }, 'the broker is too busy for an order');
        return push({ type: 'unavailable', orderId: order.id, at: clock.now() });
      }
      if (!unwanted.has(order.id)) await waitForTurn(order.id, wait);
      // The broker certainly does not have it: a cancel or a kill switch that came meanwhile ends it here.
      if (unwanted.has(order.id)) return push({ type: 'cancelled', orderId: order.id, at: clock.now() });
    }
  };

  const track = (fencing: number, orderId: string, work: Promise<void>): void => {
    inFlight.set(orderId, fencing);
    void work.finally(() => {
      if (inFlight.get(orderId) === fencing) {
        inFlight.delete(orderId);
        unwanted.delete(orderId);
      }
      push();
    });
  };

  const cancel = async (fencing: number, order: Order): Promise<void> => {
    if (!isCurrent(fencing)) return;
    try {
      await answered((signal) => broker.cancel(order.id, signal));
    } catch (error) {
      // Most often it has just been filled.
      log.info({ err: error, orderId: order.id }, 'a cancel was not taken: the order is looked up');
      const found = await lookUp(fencing, order.id, clock.now());
      if (found !== null) return push(...(found ?? []));
      log.error({ orderId: order.id }, 'an order that was working is unknown to the broker');
      push({ type: 'cancelled', orderId: order.id, at: clock.now() });
    }
  };

  /** Whether the broker has it, or will be found out to have it or not. */
  const isAccountedFor = async (fencing: number, order: Order, overAt: number): Promise<boolean> => {
    // Whoever is in the air is looked up by its own send.
    if (inFlight.get(order.id) === fencing) return true;
    const found = await ask(order.id);
    if (found) push({ type: 'accepted', orderId: order.id, at: clock.now() }, ...found);
    else if (order.status === 'submitting') track(fencing, order.id, resolve(fencing, order.id, overAt));
    else return false;
    return true;
  };

  return {
    inFlight: () => inFlight.size,
    submit: (fencing, order) => track(fencing, order.id, send(fencing, order)),
    end(fencing, order) {
      const now = clock.now();
      if (order.status === 'accepted') return push({ type: 'cancelled', orderId: order.id, at: now });
      if (inFlight.has(order.id)) {
        unwanted.add(order.id);
        waiting.get(order.id)?.();
        return;
      }
      if (now - (askedToEnd.get(order.id) ?? -CANCEL_RETRY_MS) < CANCEL_RETRY_MS) return;
      for (const [id, asked] of askedToEnd) if (now - asked >= CANCEL_RETRY_MS) askedToEnd.delete(id);
      askedToEnd.set(order.id, now);
      void cancel(fencing, order);
    },
    withdraw(fencing, orderId) {
      if (!isCurrent(fencing)) return;
      answered((signal) => broker.cancel(orderId, signal)).catch((error) =>
        log.error({ err: error, orderId }, 'an order that was given up could not be taken back'),
      );
    },
    async reconcile(fencing, open) {
      askedToEnd.clear();
      // The engine before us may have begun a request just before its lease ended.
      const overAt = clock.now() + ANSWER_TIMEOUT_MS;
      await answered(() => broker.adopt(open.map(toBrokerOrder)));
      const missing: Order[] = [];
      for (let from = 0; from < open.length; from += LOOKUPS_AT_ONCE) {
        const some = open.slice(from, from + LOOKUPS_AT_ONCE);
        const known = await Promise.all(some.map((order) => isAccountedFor(fencing, order, overAt)));
        missing.push(...some.filter((_, index) => !known[index]));
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
