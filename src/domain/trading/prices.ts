import { type Decimal, decimal, max } from '../../lib/decimal.ts';
import type { Side } from '../../protocol/orders.ts';
import { instrumentOf } from '../instrument/instrument.ts';
import { toTick } from '../instrument/price-increments.ts';
import type { Quote } from '../market/quote.ts';
import type { OrderIntent } from './order.ts';

const ONE = decimal(1);
/** The ledger's columns keep hundredths of a cent, the finest step there is. */
const BOOK_DECIMALS = 4;
const SMALLEST_PRICE = decimal('0.0001');
// The rounding modes of big.js.
const DOWN = 0;
const UP = 3;

/** The price at which an execution is booked, rounded against the trader. */
export const toBookPrice = (price: Decimal, side: Side): Decimal =>
  max(price.round(BOOK_DECIMALS, side === 'buy' ? UP : DOWN), SMALLEST_PRICE);

/** A feed's price as a decimal; null for a value that is no price. */
export const readPrice = (value: number | undefined): Decimal | null =>
  value !== undefined && Number.isFinite(value) && value > 0 ? decimal(value) : null;

/** The price at which the side would trade now: ask or bid, or the last price where the feed has trades only. */
export function referencePrice(quote: Quote, side: Side): Decimal | null {
  const touch = side === 'buy' ? quote.ask : quote.bid;
  return readPrice(touch === undefined ? quote.price : touch);
}

/** Whether `price` is no worse than `bound` for the side. */
export const isWithin = (price: Decimal, bound: Decimal, side: Side): boolean =>
  side === 'buy' ? price.lte(bound) : price.gte(bound);

/**
 * The worst price at which an order may fill. A limit order names it. A market order has the quote and a stop
 * order its stop price, moved by `collar` (a fraction) against the trader. A purchase reserves its quantity at
 * this price, so no fill can cost more than the reserve.
 */
export function boundPrice(
  order: Pick<OrderIntent, 'symbol' | 'type' | 'side' | 'limitPrice' | 'stopPrice'>,
  reference: Decimal,
  collar: Decimal,
): Decimal {
  if (order.type === 'limit' && order.limitPrice) return order.limitPrice;
  const from = order.type === 'stop' && order.stopPrice ? order.stopPrice : reference;
  const factor = order.side === 'buy' ? ONE.plus(collar) : ONE.minus(collar);
  return toTick(instrumentOf(order.symbol).increments, from.times(factor), order.side);
}
