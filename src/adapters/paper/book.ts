import type { BrokerEvent, BrokerOrder } from '../../domain/trading/broker.ts';
import { createVenue, type Venue, type WorkingOrder } from './venue.ts';

/** Ended orders that are still remembered: more than the executor can have in flight. */
const REMEMBERED_ORDERS = 1_000;

/** The orders that work, by id and by symbol, and what was reported of each. */
export interface PaperBook {
  enter(order: BrokerOrder, at: number): WorkingOrder;
  leave(working: WorkingOrder): void;
  working(orderId: string): WorkingOrder | undefined;
  /** False for an order that has ended, also where its id works again. */
  isWorking(working: WorkingOrder): boolean;
  venue(symbol: string): Venue | undefined;
  symbols(): string[];
  record(event: BrokerEvent): void;
  /** All that was reported: of the orders that work, and of the last that ended. */
  reported(orderId: string): readonly BrokerEvent[] | null;
  clear(): void;
}

export function createPaperBook(): PaperBook {
  const venues = new Map<string, Venue>();
  const working = new Map<string, WorkingOrder>();
  const history = new Map<string, BrokerEvent[]>();
  /** Ids of the last that ended, in a ring: the next one takes the place of the oldest. */
  let ended: string[] = [];
  let endings = 0;
  let entries = 0;

  function forgetOldest(endedId: string): void {
    const place = endings % REMEMBERED_ORDERS;
    const oldest = ended[place];
    if (oldest !== undefined) history.delete(oldest);
    ended[place] = endedId;
    endings += 1;
  }

  return {
    enter(order, at) {
      const { id, symbol, filledQuantity } = order;
      const triggered = order.type !== 'stop' || filledQuantity > 0;
      const entered = { order, number: entries, filledQuantity, triggered, rank: 0, slot: 0 };
      entries += 1;
      working.set(id, entered);
      history.set(id, [{ type: 'accepted', orderId: id, at }]);
      const venue = venues.get(symbol) ?? createVenue();
      venues.set(symbol, venue);
      venue.add(entered);
      return entered;
    },
    leave(left) {
      const { id, symbol } = left.order;
      working.delete(id);
      forgetOldest(id);
      // The venue stays, because it remembers what the quote no longer offers.
      venues.get(symbol)?.remove(left);
    },
    working: (orderId) => working.get(orderId),
    isWorking: (one) => working.get(one.order.id) === one,
    venue: (symbol) => venues.get(symbol),
    symbols: () => [...venues.keys()],
    record: (event) => void history.get(event.orderId)?.push(event),
    reported: (orderId) => history.get(orderId) ?? null,
    clear() {
      venues.clear();
      working.clear();
      history.clear();
      ended = [];
      endings = 0;
    },
  };
}
