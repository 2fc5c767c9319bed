import { createHash } from 'node:crypto';
import { type Decimal, toNumber } from '../../lib/decimal.ts';
import type { OrderIntent } from './order.ts';

/** What makes two orders the same order to a trader: a day order and its twin good till cancelled are one. */
export type OrderTerms = Pick<
  OrderIntent,
  'symbol' | 'side' | 'type' | 'quantity' | 'limitPrice' | 'stopPrice'
>;

const isSamePrice = (one: Decimal | null, other: Decimal | null): boolean =>
  one === null || other === null ? one === other : one.eq(other);

export const isSameOrder = (one: OrderTerms, other: OrderTerms): boolean =>
  one.symbol === other.symbol &&
  one.side === other.side &&
  one.type === other.type &&
  one.quantity === other.quantity &&
  isSamePrice(one.limitPrice, other.limitPrice) &&
  isSamePrice(one.stopPrice, other.stopPrice);

const number = (price: Decimal | null): number | null => price && toNumber(price);

/** Digest of all that a request says. It is kept with the order, so that a key is not reused for another request. */
export function fingerprint(intent: OrderIntent): string {
  const { symbol, side, type, timeInForce, quantity, limitPrice, stopPrice } = intent;
  const terms = [symbol, side, type, timeInForce, quantity, number(limitPrice), number(stopPrice)];
  return createHash('sha256').update(JSON.stringify(terms)).digest('base64url');
}
