import { type Decimal, decimal } from '../../lib/decimal.ts';
import type { Side } from '../../protocol/orders.ts';
import { instrumentOf } from '../instrument/instrument.ts';
import { toTick } from '../instrument/price-increments.ts';
import type { OrderIntent } from './order.ts';

const ONE = decimal(1);
/** The ledger's columns keep hundredths of a cent, the finest step there is. */
const BOOK_DECIMALS = 4;
// The rounding modes of big.js.
const DOWN = 0;
const UP = 3;

/**
 * The price at which an execution is booked, rounded against the trader; null where nothing is left of it: a sale below
 * the finest step brings nothing that could be booked.
 */
export function toBookPrice(price: Decimal, side: Side): Decimal | null {
  const booked = price.round(BOOK_DECIMALS, side === 'buy' ? UP : DOWN);
  return booked.gt(0) ? booked : null;
}

/** Whether a feed's number is a price. */
export const isPrice = (value: number): boolean => Number.isFinite(value) && value > 0;

/** A feed's price as a decimal; null for a value that is no price. */
export const readPrice = (value: number | undefined): Decimal | null =>
  value !== undefined && isPrice(value) ? decimal(value) : null;

/** Whether `price` is no worse than `bound` for the side. */
export const isWithin = (price: Decimal, bound: Decimal, side: Side): boolean =>
  side === 'buy' ? price.lte(bound) : price.gte(bound);

/** The one of the two that is better for the side. */
const better = (one: Decimal, other: Decimal, side: Side): Decimal =>
  isWithin(one, other, side) ? one : other;

/**
 * The worst price at which an order may fill. A limit order names it. A market order has the quote or the last price,
 * whichever is stricter, and a stop order its stop price, moved by `collar` (a fraction) against the trader. A purchase
 * reserves its quantity at this price, so no fill can cost more than the reserve.
 */
export function boundPrice(
  order: Pick<OrderIntent, 'symbol' | 'type' | 'side' | 'limitPrice' | 'stopPrice'>,
  { reference, last }: { readonly reference: Decimal; readonly last: Decimal },
  collar: Decimal,
): Decimal {
  if (order.type === 'limit' && order.limitPrice) return order.limitPrice;
  const from =
    order.type === 'stop' && order.stopPrice ? order.stopPrice : better(reference, last, order.side);
  const factor = order.side === 'buy' ? ONE.plus(collar) : ONE.minus(collar);
  return toTick(instrumentOf(order.symbol).increments, from.times(factor), order.side);
}
