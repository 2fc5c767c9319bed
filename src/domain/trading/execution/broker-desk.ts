import type { Clock } from '../../../lib/clock.ts';
import type { Log } from '../../../lib/log.ts';
import type { Broker, BrokerEvent } from '../broker.ts';
import type { OpenOrder } from '../ledger.ts';
import type { Order } from '../order.ts';
import { toBrokerOrder } from './broker-order.ts';
import { createCancelling } from './cancelling.ts';
import { createLookUp } from './look-up.ts';
import { createSending } from './sending.ts';
import { ANSWER_TIMEOUT_MS, createTimedBroker } from './timed-broker.ts';

/** A take-over asks for this many orders side by side: hundreds a second, and no broker calls it a flood. */
const LOOKUPS_AT_ONCE = 8;
/** Looks at a broker within this process are over at once: after so many the event loop has a turn, some 5 ms. */
const LOOKUPS_A_TURN = 256;

export interface BrokerDeskOptions {
  readonly broker: Broker;
  readonly clock: Clock;
  readonly log: Log;
  /** Events for the ledger; called without any where room was made. */
  readonly push: (...events: BrokerEvent[]) => void;
  /** Whether the lease of this number is ours at this very moment. */
  readonly isCurrent: (fencing: number) => boolean;
  /** An order was left as it is because the lease was not ours: if it is again, open orders must be reconciled. */
  readonly onAbandoned: () => void;
}

/**
 * Talks to the broker for the executor. An order is sent at most once with effect: whether the lease still is
 * ours is asked right before each request, an outcome that is not known is looked up and never sent again, and
 * only an order that the broker certainly did not accept (busy) is offered once more, under the same id.
 *
 * What remains: a process that stalls between that question and the write to its socket, or a network that
 * keeps a request, for longer than the lease and the waits together. Only the broker could refuse such a request
 * (by a time after which it does not count). If it accepts it, its event finds an order that was given up; the
 * order is cancelled there and trading is halted.
 */
export interface BrokerDesk {
  /** Orders whose outcome is not known yet. */
  inFlight(): number;
  submit(fencing: number, order: Order): void;
  /** Ends an order that may be at the broker; harmless to repeat. */
  end(fencing: number, order: Order): void;
  /** Cancels an order that should not be at the broker; tries once. */
  withdraw(fencing: number, orderId: string): void;
  /** Looks every open order up while the lease is ours; resolves with those that the broker should know and does not. */
  reconcile(fencing: number, open: readonly OpenOrder[]): Promise<OpenOrder[]>;
}

export function createBrokerDesk(options: BrokerDeskOptions): BrokerDesk {
  const { clock, log, push, isCurrent, onAbandoned } = options;
  const broker = createTimedBroker(options.broker, clock);
  const lookUp = createLookUp({ broker, clock, log, isCurrent });
  const cancelling = createCancelling({ broker, lookUp, clock, log, push, isCurrent });
  /** By order id, the fencing number under which its outcome is being found out. */
  const inFlight = new Map<string, number>();

  const pushFound = (orderId: string, found: readonly BrokerEvent[]): void =>
    push({ type: 'accepted', orderId, at: clock.now() }, ...found);

  const resolve = async (fencing: number, orderId: string, overAt: number): Promise<void> => {
    const found = await lookUp(fencing, orderId, overAt);
    if (found === 'abandoned') onAbandoned();
    else if (found === 'absent') push({ type: 'unavailable', orderId, at: clock.now() });
    else pushFound(orderId, found);
  };
  const sending = createSending({ broker, clock, log, push, isCurrent, onAbandoned, resolve });

  const track = (fencing: number, orderId: string, work: Promise<void>): void => {
    inFlight.set(orderId, fencing);
    void work.finally(() => {
      if (inFlight.get(orderId) === fencing) {
        inFlight.delete(orderId);
        sending.forget(orderId);
      }
      push();
    });
  };

  /** Whether the broker has it, or its outcome is being found out. */
  const isAccountedFor = async (fencing: number, order: OpenOrder, overAt: number): Promise<boolean> => {
    // An order in flight is looked up by its own sending.
    if (inFlight.get(order.id) === fencing) return true;
    const found = await broker.find(order.id);
    if (found) {
      if (hasNews(order, found)) pushFound(order.id, found);
    } else if (order.status === 'submitting') track(fencing, order.id, resolve(fencing, order.id, overAt));
    else return false;
    return true;
  };

  return {
    inFlight: () => inFlight.size,
    submit: (fencing, order) => track(fencing, order.id, sending.send(fencing, order)),
    end(fencing, order) {
      if (order.status === 'accepted') push({ type: 'cancelled', orderId: order.id, at: clock.now() });
      else if (inFlight.has(order.id)) sending.drop(order.id);
      else cancelling.cancel(fencing, order.id);
    },
    withdraw(fencing, orderId) {
      if (!isCurrent(fencing)) return;
      broker
        .cancel(orderId)
        .catch((error) =>
          log.error({ err: error, orderId }, 'an order that was given up could not be cancelled'),
        );
    },
    async reconcile(fencing, open) {
      cancelling.reset();
      // The engine before us may have begun a request just before its lease ended.
      const overAt = clock.now() + ANSWER_TIMEOUT_MS;
      await broker.adopt(open.map(toBrokerOrder));
      const missing: OpenOrder[] = [];
      for (let from = 0; from < open.length && isCurrent(fencing); from += LOOKUPS_AT_ONCE) {
        const some = open.slice(from, from + LOOKUPS_AT_ONCE);
        const known = await Promise.all(some.map((order) => isAccountedFor(fencing, order, overAt)));
        missing.push(...some.filter((_, index) => !known[index]));
        if (from % LOOKUPS_A_TURN === 0) await new Promise(setImmediate);
      }
      return missing;
    },
  };
}

/** Whether the broker knows more of an order that it works than our books: at a take-over it mostly does not. */
function hasNews(order: OpenOrder, found: readonly BrokerEvent[]): boolean {
  if (order.status === 'submitting') return true;
  let filled = 0;
  for (const event of found) {
    if (event.type === 'fill') filled += event.quantity;
    else if (event.type !== 'accepted') return true;
  }
  return filled > 0 && filled !== order.filledQuantity;
}
