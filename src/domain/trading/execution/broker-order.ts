import type { BrokerOrder } from '../broker.ts';
import type { OpenOrder } from '../ledger.ts';

/** What of an order the broker receives. */
export function toBrokerOrder(order: Omit<OpenOrder, 'number'>): BrokerOrder {
  // Only a denied order has no bound, and those are never sent; the database holds that too.
  if (!order.boundPrice) throw new Error(`order ${order.id} has no bound price`);
  const { id, symbol, side, type, quantity, filledQuantity, boundPrice, stopPrice } = order;
  // What works has heard every price since; a split has given it other terms, by which those of before mean nothing.
  const placedAt = order.status === 'submitting' ? order.createdAt : order.updatedAt;
  return { id, symbol, side, type, quantity, filledQuantity, boundPrice, stopPrice, placedAt };
}
