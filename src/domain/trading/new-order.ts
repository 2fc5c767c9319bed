import { randomUUID } from 'node:crypto';
import { type Decimal, decimal, ZERO } from '../../lib/decimal.ts';
import { TradecastError } from '../../protocol/errors.ts';
import type { OrderRequest } from '../../protocol/orders.ts';
import { priceSchema, quantitySchema } from '../../protocol/schemas.ts';
import type { Order, OrderIntent } from './order.ts';
import type { Verdict } from './risk.ts';
import { fingerprint } from './same-order.ts';
import type { PlaceCommand } from './trading.ts';

/** Throws VALIDATION for what the ledger cannot keep; whether the numbers make sense is for the risk checks. */
export function readIntent(request: OrderRequest): OrderIntent {
  const { symbol, side, type, timeInForce } = request;
  const quantity = quantitySchema.safeParse(request.quantity);
  const limitPrice = priceSchema.optional().safeParse(request.limitPrice);
  const stopPrice = priceSchema.optional().safeParse(request.stopPrice);
  if (!quantity.success)
    throw new TradecastError('VALIDATION', 'The quantity must be a whole number of shares, up to a million.');
  if (!limitPrice.success || !stopPrice.success)
    throw new TradecastError('VALIDATION', 'A price must be above zero with at most four decimals.');
  const price = (value: number | undefined): Decimal | null => (value === undefined ? null : decimal(value));
  return {
    ...{ symbol, side, type, timeInForce },
    quantity: quantity.data,
    limitPrice: price(limitPrice.data),
    stopPrice: price(stopPrice.data),
  };
}

/** The order that a verdict makes of an intent, accepted or denied; `close` is when its day ends. */
export const newOrder = (
  { userId, key, source }: PlaceCommand,
  intent: OrderIntent,
  verdict: Verdict,
  at: number,
  close: number | null,
): Order => ({
  ...intent,
  id: randomUUID(),
  userId,
  clientOrderId: key,
  fingerprint: fingerprint(intent),
  source,
  boundPrice: verdict.approved ? verdict.boundPrice : null,
  reserved: verdict.approved ? verdict.reserve : ZERO,
  filledQuantity: 0,
  filledValue: ZERO,
  fillBasis: null,
  status: verdict.approved ? 'accepted' : 'denied',
  reason: verdict.approved ? null : verdict.code,
  message: verdict.approved ? null : verdict.message,
  endReason: null,
  expiresAt: intent.timeInForce === 'day' ? close : null,
  createdAt: at,
  updatedAt: at,
});

/** The order as it was when it was first answered: what a repeat receives. */
export const firstAnswer = (order: Order): Order =>
  order.status === 'denied'
    ? order
    : {
        ...order,
        status: 'accepted',
        reason: null,
        message: null,
        filledQuantity: 0,
        fillBasis: null,
        updatedAt: order.createdAt,
      };
