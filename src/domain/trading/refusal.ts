import { TradecastError } from '../../protocol/errors.ts';
import type { PlaceResult } from './trading.ts';

/**
 * The error that answers for a denied order; null where the order was accepted. A broker's rejection comes after
 * the answer, so a repeated request still gets the order.
 */
export function refusalOf({ order, message }: PlaceResult): TradecastError | null {
  if (order.status !== 'denied') return null;
  return new TradecastError(order.reason ?? 'INVALID_ORDER', message ?? 'The order was refused.');
}

export const noSuchAccount = (): TradecastError =>
  new TradecastError('NOT_FOUND', 'There is no such account.');
