import type { PlaceResult } from '../domain/trading/trading.ts';
import { TradecastError } from '../protocol/errors.ts';

/** The error that a denied or rejected order is answered with, or null where the order stands. */
export function orderRefusal({ order, message }: PlaceResult): TradecastError | null {
  if (order.status !== 'denied' && order.status !== 'rejected') return null;
  return new TradecastError(order.reason ?? 'INVALID_ORDER', message ?? 'The order was refused.');
}
