import { toNumber } from '../../lib/decimal.ts';
import type { TradingCode } from '../../protocol/errors.ts';
import type { JournalEvent } from '../journal/journal.ts';
import type { BrokerFill } from './broker.ts';
import { type Order, openQuantity, orderToPayload } from './order.ts';

/** The user's event for an order that changed. */
export const orderUpdated = (order: Order): JournalEvent => ({
  event: 'order:update',
  payload: orderToPayload(order),
});

/** The user's event for an order that failed, or whose open rest did. */
export const tradeFailed = (order: Order, code: TradingCode, error: string): JournalEvent => ({
  event: 'trade:failed',
  payload: {
    error,
    message: error,
    code,
    signal: { symbol: order.symbol, side: order.side, quantity: openQuantity(order) },
    orderId: order.id,
    timestamp: new Date(order.updatedAt).toISOString(),
    source: order.source,
  },
});

/** The user's event for a fill; `order` is as it is after the fill. */
export const tradeExecuted = (order: Order, fill: BrokerFill): JournalEvent => ({
  event: 'trade:executed',
  payload: {
    id: fill.executionId,
    orderId: order.id,
    symbol: order.symbol,
    side: order.side,
    quantity: fill.quantity,
    price: toNumber(fill.price),
    status: order.status === 'filled' ? 'filled' : 'partially_filled',
    timestamp: new Date(fill.at).toISOString(),
    source: order.source,
  },
});
