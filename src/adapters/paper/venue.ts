import type { BrokerOrder } from '../../domain/trading/broker.ts';
import { isWithin } from '../../domain/trading/prices.ts';
import type { Decimal } from '../../lib/decimal.ts';
import type { Side } from '../../protocol/orders.ts';
import { createOffers, type Offers } from './offers.ts';
import { createPriceHeap, type Ranked } from './price-heap.ts';

export interface WorkingOrder extends Ranked {
  readonly order: BrokerOrder;
  /** Rises with every order: the lowest number is the oldest order. */
  readonly number: number;
  filledQuantity: number;
  /** A stop order waits for its price; every other order is live at once. */
  triggered: boolean;
}

/**
 * One symbol: its orders by side and price, so that a price touches only the orders that it reaches, and what its quotes
 * still offer.
 */
export interface Venue {
  readonly offers: Offers;
  isEmpty(): boolean;
  add(working: WorkingOrder): void;
  remove(working: WorkingOrder): void;
  /** Live orders that may fill at this price, in no order. */
  reached(side: Side, price: Decimal): WorkingOrder[];
  /** Stop orders that wait and whose price this one reaches, dollars, in no order. */
  reachedStops(price: number): WorkingOrder[];
  /** Makes a stop order a live one. */
  wake(working: WorkingOrder): void;
}

const bySide = () => ({ buy: createPriceHeap<WorkingOrder>(), sell: createPriceHeap<WorkingOrder>() });

export function createVenue(): Venue {
  const live = bySide();
  const asleep = bySide();

  const heapOf = ({ order, triggered }: WorkingOrder) => (triggered ? live : asleep)[order.side];
  const add = (working: WorkingOrder): void => {
    working.rank = rankOf(working);
    heapOf(working).add(working);
  };
  const remove = (working: WorkingOrder): void => heapOf(working).remove(working);

  return {
    offers: createOffers(),
    isEmpty: () => [live, asleep].every(({ buy, sell }) => buy.size === 0 && sell.size === 0),
    add,
    remove,
    reached(side, price) {
      const rank = price.toNumber();
      // A rank is a float and finds at least what is reached; the decimals decide.
      return live[side].upTo(side === 'buy' ? -rank : rank).filter((working) => mayFill(working, price));
    },
    reachedStops: (price) =>
      [...asleep.buy.upTo(price), ...asleep.sell.upTo(-price)].filter(({ order }) =>
        isReached(order, price, price),
      ),
    wake(working) {
      remove(working);
      working.triggered = true;
      add(working);
    },
  };
}

/** Whether the order is live and no worse off at this price than its bound. */
export const mayFill = ({ triggered, order }: WorkingOrder, price: Decimal): boolean =>
  triggered && isWithin(price, order.boundPrice, order.side);

/** Whether prices between these, dollars, reach the stop price of the order. */
export const isReached = ({ side, stopPrice }: BrokerOrder, low: number, high: number): boolean =>
  stopPrice !== null && (side === 'buy' ? stopPrice.lte(high) : stopPrice.gte(low));

/** What a falling price reaches first comes first for live purchases and sleeping sales; for the others, a rising one. */
function rankOf({ order, triggered }: WorkingOrder): number {
  const price = (triggered ? order.boundPrice : order.stopPrice)?.toNumber() ?? 0;
  return triggered === (order.side === 'buy') ? -price : price;
}
