import { type Decimal, round, toNumber } from '../../lib/decimal.ts';
import type { TradingCode } from '../../protocol/errors.ts';
import { FINAL_ORDER_STATUSES, ORDER_STATUSES, type OrderStatus } from '../../protocol/order-status.ts';
import type { OrderPayload, OrderType, Side, TimeInForce } from '../../protocol/orders.ts';
import type { TradeSource } from '../../protocol/trades.ts';
import { clientOrderIdOf } from './order-key.ts';

/** Why the end of an order was asked for while it could still fill. */
export type EndReason = Extract<TradingCode, 'CANCELLED_BY_USER' | 'TRADING_HALTED' | 'EXPIRED'>;

/** What a sender asks for, before any check. Prices are dollars, the quantity whole shares. */
export interface OrderIntent {
  readonly symbol: string;
  readonly side: Side;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  readonly quantity: number;
  readonly limitPrice: Decimal | null;
  readonly stopPrice: Decimal | null;
}

/** An order as it is kept. Values are dollars, times milliseconds since epoch. */
export interface Order extends OrderIntent {
  readonly id: string;
  readonly userId: string;
  /** As `orderKey` makes it of the sender's key. */
  readonly clientOrderId: string;
  /** Digest of the request, so that a key is not reused for another one. */
  readonly fingerprint: string;
  readonly source: TradeSource;
  /**
   * No fill may be worse: the limit, or the protection price of market and stop orders. Null where the order was
   * denied before a price was found.
   */
  readonly boundPrice: Decimal | null;
  /** Buying power that the order still holds: open quantity × bound price for a purchase, else 0. */
  readonly reserved: Decimal;
  readonly filledQuantity: number;
  /** Price × quantity of all fills, without the multiplier of a contract: for the average price. */
  readonly filledValue: Decimal;
  /** `last-trade` once a fill rested on the last trade instead of a quote. */
  readonly fillBasis: 'last-trade' | null;
  readonly status: OrderStatus;
  readonly reason: TradingCode | null;
  /** The sentence that goes with the reason. */
  readonly message: string | null;
  readonly endReason: EndReason | null;
  /** When a day order ends; null for gtc and for a market without a close. */
  readonly expiresAt: number | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

const NEXT: Readonly<Partial<Record<OrderStatus, readonly OrderStatus[]>>> = {
  accepted: ['submitting', 'cancelled', 'expired'],
  submitting: ['working', 'partially_filled', 'filled', 'cancelled', 'expired', 'rejected'],
  working: ['partially_filled', 'filled', 'cancelled', 'expired', 'rejected'],
  partially_filled: ['partially_filled', 'filled', 'cancelled', 'expired', 'rejected'],
  filled: [],
  cancelled: [],
  expired: [],
  denied: [],
  rejected: [],
};

/** False from a status that this version does not know: a newer replica wrote it. */
export const canMove = (from: OrderStatus, to: OrderStatus): boolean => NEXT[from]?.includes(to) ?? false;

export const isFinal = (status: OrderStatus): boolean =>
  (FINAL_ORDER_STATUSES as readonly OrderStatus[]).includes(status);

/** The statuses in which an order can still fill. */
export const OPEN_ORDER_STATUSES: readonly OrderStatus[] = ORDER_STATUSES.filter(
  (status) => !isFinal(status),
);

export const openQuantity = (order: Pick<Order, 'quantity' | 'filledQuantity'>): number =>
  order.quantity - order.filledQuantity;

const AVERAGE_PRICE_DECIMALS = 6;

/** The wire's view of an order. */
export function orderToPayload(order: Order): OrderPayload {
  return {
    id: order.id,
    clientOrderId: clientOrderIdOf(order.clientOrderId),
    symbol: order.symbol,
    side: order.side,
    type: order.type,
    quantity: order.quantity,
    ...(order.limitPrice && { limitPrice: toNumber(order.limitPrice) }),
    ...(order.stopPrice && { stopPrice: toNumber(order.stopPrice) }),
    timeInForce: order.timeInForce,
    filledQuantity: order.filledQuantity,
    ...(order.filledQuantity > 0 && {
      averageFillPrice: toNumber(round(order.filledValue.div(order.filledQuantity), AVERAGE_PRICE_DECIMALS)),
    }),
    ...(order.fillBasis && { fillBasis: order.fillBasis }),
    status: order.status,
    ...(order.reason && { reason: order.reason }),
    createdAt: new Date(order.createdAt).toISOString(),
    updatedAt: new Date(order.updatedAt).toISOString(),
  };
}
