import type { TradingCode } from '../../protocol/errors.ts';
import type { OrderStatus } from '../../protocol/order-status.ts';
import type { BrokerEvent } from './broker.ts';
import { type Order, openQuantity } from './order.ts';

/** How an order ends, and the sentence for its user. */
export interface Ending {
  readonly status: OrderStatus;
  readonly code: TradingCode;
  readonly message: string;
}

type EndEvent = Exclude<BrokerEvent, { type: 'fill' | 'accepted' }>;

/** What an end that the broker reports means for the order. Where we asked for the end, our reason names it. */
export function endingOf(order: Order, event: EndEvent): Ending {
  if (event.type === 'rejected')
    return {
      status: 'rejected',
      code: 'BROKER_REJECTED',
      message: `The broker rejected the order: ${event.message}`,
    };
  if (event.type === 'unavailable')
    return {
      status: 'rejected',
      code: 'BROKER_UNAVAILABLE',
      message: 'The broker could not be reached or was too busy. The order was not placed.',
    };
  const rest = filledPart(order);
  const dayIsOver = order.expiresAt !== null && event.at >= order.expiresAt;
  if (event.type === 'expired' || order.endReason === 'EXPIRED' || (!order.endReason && dayIsOver))
    return { status: 'expired', code: 'EXPIRED', message: `The order expired at the close.${rest}` };
  // A reason that a newer replica wrote passes as it is.
  if (order.endReason)
    return {
      status: 'cancelled',
      code: order.endReason,
      message: `${order.endReason === 'TRADING_HALTED' ? 'Trading was halted, so the order was cancelled.' : 'The order was cancelled.'}${rest}`,
    };
  return { status: 'cancelled', code: 'BROKER_REJECTED', message: `The broker cancelled the order.${rest}` };
}

const filledPart = (order: Order): string =>
  openQuantity(order) === order.quantity
    ? ''
    : ` ${order.filledQuantity} of ${order.quantity} shares were filled.`;
