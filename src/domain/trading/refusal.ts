import type { Decimal } from '../../lib/decimal.ts';
import { TradecastError, type TradingCode } from '../../protocol/errors.ts';
import type { PlaceResult } from './trading.ts';

/** Why an order is denied. */
export interface Refusal {
  readonly code: TradingCode;
  /** For the user. */
  readonly message: string;
  /** What was compared, for the log. */
  readonly numbers: Readonly<Record<string, string>>;
}

export const refuse = (
  code: TradingCode,
  message: string,
  numbers: Readonly<Record<string, string | number | Decimal>> = {},
): Refusal => ({
  code,
  message,
  numbers: Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, String(value)])),
});

/**
 * The error that answers for a denied order; null where the order was accepted. A broker's rejection comes after
 * the answer, so a repeated request still gets the order.
 */
export function refusalOf({ order, message }: PlaceResult): TradecastError | null {
  if (order.status !== 'denied') return null;
  return new TradecastError(order.reason ?? 'INVALID_ORDER', message ?? 'The order was refused.');
}

export const noSuchOrder = (): TradecastError => new TradecastError('NOT_FOUND', 'There is no such order.');

export const noSuchAccount = (): TradecastError =>
  new TradecastError('NOT_FOUND', 'There is no such account.');
