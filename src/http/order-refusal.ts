import type { PlaceResult } from '../domain/trading/trading.ts';
import { TradecastError } from '../protocol/errors.ts';

/**
 * The error that a denied order is answered with, or null where it was accepted. A broker's rejection comes
 * after the answer, so a repeated request still gets the order.
 */
export function orderRefusal({ order, message }: PlaceResult): TradecastError | null {
  if (order.status !== 'denied') return null;
  return new TradecastError(order.reason ?? 'INVALID_ORDER', message ?? 'The order was refused.');
}
