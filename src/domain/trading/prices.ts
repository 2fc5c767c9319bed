import { type Decimal, decimal, max } from '../../lib/decimal.ts';
import type { OrderType, Side } from '../../protocol/orders.ts';
import type { Quote } from '../market/quote.ts';

const ONE = decimal(1);
/** SEC Rule 612: orders are priced in cents from $1 up, and in hundredths of a cent below. */
const DECIMALS_FROM_ONE_DOLLAR = 2;
const DECIMALS_BELOW_ONE_DOLLAR = 4;
const SMALLEST_PRICE = decimal('0.0001');
// The rounding modes of big.js.
const DOWN = 0;
const UP = 3;

const tickDecimals = (price: Decimal): number =>
  price.gte(ONE) ? DECIMALS_FROM_ONE_DOLLAR : DECIMALS_BELOW_ONE_DOLLAR;

/** Whether an order may carry this price. */
export const isOnTick = (price: Decimal): boolean =>
  price.gt(0) && price.eq(price.round(tickDecimals(price), DOWN));

/** The next orderable price, away from the favour of whoever trades at it: up for a buyer, down for a seller. */
export function toTick(price: Decimal, side: Side): Decimal {
  const rounded = price.round(tickDecimals(price), side === 'buy' ? UP : DOWN);
  return max(rounded, SMALLEST_PRICE);
}

/** What an execution is booked at: four decimals are what the ledger keeps, rounded against the trader. */
export const toBookPrice = (price: Decimal, side: Side): Decimal =>
  max(price.round(DECIMALS_BELOW_ONE_DOLLAR, side === 'buy' ? UP : DOWN), SMALLEST_PRICE);

/** A price as a feed gave it, as a decimal; null for anything that is no price. */
export const readPrice = (value: number | undefined): Decimal | null =>
  value !== undefined && Number.isFinite(value) && value > 0 ? decimal(value) : null;

/** What the side would trade at now: the ask or the bid, or the last price where the feed has trades only. */
export function referencePrice(quote: Quote, side: Side): Decimal | null {
  const touch = side === 'buy' ? quote.ask : quote.bid;
  return readPrice(touch === undefined ? quote.price : touch);
}

/** Whether `price` is no worse than `bound` for the side. */
export const isWithin = (price: Decimal, bound: Decimal, side: Side): boolean =>
  side === 'buy' ? price.lte(bound) : price.gte(bound);

/**
 * The worst price at which an order may fill. A limit order names it; a market order gets the quote and a stop
 * order its stop price, moved by `collar` (a fraction) against the trader. What a purchase reserves is its
 * quantity at this price, so no fill can cost more than was put aside.
 */
export function boundPrice(
  order: { type: OrderType; side: Side; limitPrice: Decimal | null; stopPrice: Decimal | null },
  reference: Decimal,
  collar: Decimal,
): Decimal {
  if (order.type === 'limit' && order.limitPrice) return order.limitPrice;
  const from = order.type === 'stop' && order.stopPrice ? order.stopPrice : reference;
  const factor = order.side === 'buy' ? ONE.plus(collar) : ONE.minus(collar);
  return toTick(from.times(factor), order.side);
}
