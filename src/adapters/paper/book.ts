import type { BrokerEvent, BrokerOrder } from '../../domain/trading/broker.ts';
import { createOffers, type Offers } from './offers.ts';

/** Ended orders that are still remembered: more than the executor can have in flight. */
const REMEMBERED_ORDERS = 1_000;

export interface WorkingOrder {
  readonly order: BrokerOrder;
  filledQuantity: number;
  /** A stop order waits for its price; every other order is live at once. */
  triggered: boolean;
}

/** One symbol: its orders, oldest first, and what its quotes still offer. */
export interface Venue {
  readonly orders: Set<WorkingOrder>;
  readonly offers: Offers;
}

/** The orders that work, by id and by symbol, and what was reported of each. */
export interface PaperBook {
  enter(order: BrokerOrder, at: number): void;
  leave(working: WorkingOrder): void;
  working(orderId: string): WorkingOrder | undefined;
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

  const forgetOldest = (): void => {
    if (history.size - working.size <= REMEMBERED_ORDERS) return;
    for (const id of history.keys()) {
      if (working.has(id)) continue;
      history.delete(id);
      return;
    }
  };

  return {
    enter(order, at) {
      const { id, symbol, filledQuantity } = order;
      const entered = { order, filledQuantity, triggered: order.type !== 'stop' || filledQuantity > 0 };
      working.set(id, entered);
      history.set(id, [{ type: 'accepted', orderId: id, at }]);
      const venue = venues.get(symbol);
      if (venue) venue.orders.add(entered);
      else venues.set(symbol, { orders: new Set([entered]), offers: createOffers() });
    },
    leave(left) {
      const { id, symbol } = left.order;
      working.delete(id);
      forgetOldest();
      // The venue stays, because it remembers what the quote no longer offers.
      venues.get(symbol)?.orders.delete(left);
    },
    working: (orderId) => working.get(orderId),
    venue: (symbol) => venues.get(symbol),
    symbols: () => [...venues.keys()],
    record: (event) => void history.get(event.orderId)?.push(event),
    reported: (orderId) => history.get(orderId) ?? null,
    clear() {
      venues.clear();
      working.clear();
      history.clear();
    },
  };
}
