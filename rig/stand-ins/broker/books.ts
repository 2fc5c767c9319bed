import type { BrokerFill, BrokerOrder } from '../../../src/domain/trading/broker.ts';
import { type Decimal, decimal, ZERO } from '../../../src/lib/decimal.ts';

/** A price as decimal text: what money is on the wire and in JSON. */
type Text<T> = Omit<T, 'price'> & { readonly price: string };

/** An event as the broker reports it. */
export type ReportedEvent =
  | Text<BrokerFill>
  | { readonly type: 'accepted' | 'cancelled'; readonly orderId: string; readonly at: number };

/** What is sent to the broker, prices as text. */
export type SentOrder = Pick<BrokerOrder, 'id' | 'symbol' | 'side' | 'quantity'> & {
  readonly boundPrice: string;
};

interface BookedOrder {
  readonly order: SentOrder;
  /** In the order in which it happened. */
  readonly events: ReportedEvent[];
  filledQuantity: number;
  fills: number;
  ended: boolean;
}

/** What the broker knows: orders by the id that they were sent with, and what they made of money and shares. */
export interface BrokerBooks {
  /** False where it has an order of this id already. */
  take(order: SentOrder): boolean;
  /** Fills up to so many shares of what is open, each time a cent further from the bound. */
  fill(orderId: string, quantity: number): void;
  /** False where it has ended, or was never there. */
  cancel(orderId: string): boolean;
  /** Null where it has no order of this id. */
  events(orderId: string): readonly ReportedEvent[] | null;
  orders(): readonly { readonly id: string; readonly filledQuantity: number }[];
  /** Dollars that all fills together brought (or cost, where below zero). */
  cash(): Decimal;
  /** Shares by symbol, without those that are back at none. */
  positions(): ReadonlyMap<string, number>;
}

const CENT = decimal('0.01');

export function createBrokerBooks(): BrokerBooks {
  const orders = new Map<string, BookedOrder>();
  const shares = new Map<string, number>();
  let cash = ZERO;

  return {
    take(order) {
      if (orders.has(order.id)) return false;
      const events: ReportedEvent[] = [{ type: 'accepted', orderId: order.id, at: Date.now() }];
      orders.set(order.id, { order, events, filledQuantity: 0, fills: 0, ended: false });
      return true;
    },
    fill(orderId, wanted) {
      const booked = orders.get(orderId);
      const quantity = booked ? Math.min(wanted, booked.order.quantity - booked.filledQuantity) : 0;
      if (!booked || booked.ended || quantity <= 0) return;
      const { symbol, side, boundPrice } = booked.order;
      const sign = side === 'buy' ? 1 : -1;
      const price = decimal(boundPrice).minus(CENT.times(booked.fills * sign));
      booked.fills += 1;
      booked.filledQuantity += quantity;
      booked.ended = booked.filledQuantity === booked.order.quantity;
      cash = cash.minus(price.times(quantity * sign));
      shares.set(symbol, (shares.get(symbol) ?? 0) + quantity * sign);
      booked.events.push({
        type: 'fill',
        orderId,
        executionId: `${orderId}/${booked.fills}`,
        quantity,
        price: price.toString(),
        at: Date.now(),
      });
    },
    cancel(orderId) {
      const booked = orders.get(orderId);
      if (!booked || booked.ended) return false;
      booked.ended = true;
      booked.events.push({ type: 'cancelled', orderId, at: Date.now() });
      return true;
    },
    events: (orderId) => orders.get(orderId)?.events ?? null,
    orders: () => [...orders].map(([id, { filledQuantity }]) => ({ id, filledQuantity })),
    cash: () => cash,
    positions: () => new Map([...shares].filter(([, quantity]) => quantity !== 0)),
  };
}
