import { createHash } from 'node:crypto';
import { type Decimal, toNumber } from '../../lib/decimal.ts';
import type { OrderIntent } from './order.ts';

/** What makes two orders the same order to a trader: a day order and its twin good till cancelled are one. */
export type OrderTerms = Pick<
  OrderIntent,
  'symbol' | 'side' | 'type' | 'quantity' | 'limitPrice' | 'stopPrice'
>;

const number = (price: Decimal | null): number | null => price && toNumber(price);

const textOf = (
  { symbol, side, type, quantity, limitPrice, stopPrice }: OrderTerms,
  ...timeInForce: string[]
): string =>
  JSON.stringify([symbol, side, type, ...timeInForce, quantity, number(limitPrice), number(stopPrice)]);

export const isSameOrder = (one: OrderTerms, other: OrderTerms): boolean => textOf(one) === textOf(other);

/** Digest of all that a request says. It is kept with the order, so that a key is not reused for another request. */
export const fingerprint = (intent: OrderIntent): string =>
  createHash('sha256').update(textOf(intent, intent.timeInForce)).digest('base64url');
