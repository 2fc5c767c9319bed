import { z } from 'zod';
import { command, event, route } from './declare.ts';
import { TRADING_CODES, type TradingCode } from './errors.ts';
import { MAX_ORDERS_PAGE } from './limits.ts';
import { ORDER_STATUSES, type OrderStatus } from './order-status.ts';
import { countSchema, idSchema, keySchema, priceSchema, quantitySchema, symbolSchema } from './schemas.ts';

export const sideSchema = z.enum(['buy', 'sell']);
const orderTypeSchema = z.enum(['market', 'limit', 'stop']);
const timeInForceSchema = z.enum(['day', 'gtc']);
export type Side = z.output<typeof sideSchema>;
export type OrderType = z.output<typeof orderTypeSchema>;
export type TimeInForce = z.output<typeof timeInForceSchema>;

export interface OrderPayload {
  id: string;
  clientOrderId: string;
  symbol: string;
  side: Side;
  type: OrderType;
  quantity: number;
  limitPrice?: number;
  stopPrice?: number;
  timeInForce: TimeInForce;
  filledQuantity: number;
  averageFillPrice?: number;
  /** A fill rests on the last trade, because the feed carries neither bid nor ask. */
  fillBasis?: 'last-trade';
  status: OrderStatus;
  /** Why the order was denied, rejected, cancelled or expired. */
  reason?: TradingCode;
  createdAt: string;
  updatedAt: string;
}

const orderShape = {
  symbol: symbolSchema,
  side: sideSchema,
  type: orderTypeSchema,
  quantity: quantitySchema,
  limitPrice: priceSchema.optional(),
  stopPrice: priceSchema.optional(),
  timeInForce: timeInForceSchema.default('day'),
};

const pricesFitType = (order: { type: string; limitPrice?: number; stopPrice?: number }): boolean =>
  (order.type === 'limit') === (order.limitPrice !== undefined) &&
  (order.type === 'stop') === (order.stopPrice !== undefined);
const PRICES_FIT_TYPE = 'a limit order has a limitPrice, a stop order a stopPrice, a market order neither';

/** An order without its key, as hooks carry it. */
export const orderRequestSchema = z.strictObject(orderShape).refine(pricesFitType, PRICES_FIT_TYPE);
export type OrderRequest = z.output<typeof orderRequestSchema>;

const orderPlaceSchema = z
  .strictObject({ clientOrderId: keySchema, ...orderShape })
  .refine(pricesFitType, PRICES_FIT_TYPE);
/** What a client sends to place an order. */
export type OrderPlaceMessage = z.input<typeof orderPlaceSchema>;

/** POST /api/orders: the key may come as a header instead. */
export const orderPostSchema = z
  .strictObject({ clientOrderId: keySchema.optional(), ...orderShape })
  .refine(pricesFitType, PRICES_FIT_TYPE);

export const ordersCommands = {
  'order:place': command<{ order: OrderPayload }>()({
    schema: orderPlaceSchema,
    invalid: 'Invalid order',
    limit: { points: 30, seconds: 60 },
  }),
  'order:cancel': command<{ order: OrderPayload }>()({
    schema: z.strictObject({ orderId: idSchema }),
    invalid: 'Expected {orderId}',
    limit: { points: 30, seconds: 60 },
  }),
};

export const ordersEvents = {
  'order:update': event<OrderPayload>()({ lane: 'event', log: 'journal' }),
};

/** GET /api/orders: those of one status, or all that are not final. `before` is the id of an order: older ones follow. */
const orderListSchema = z.strictObject({
  status: z.enum([...ORDER_STATUSES, 'open']).optional(),
  before: idSchema.optional(),
  limit: countSchema.pipe(z.int().min(1).max(MAX_ORDERS_PAGE)).default(MAX_ORDERS_PAGE),
});
/** A part of a user's orders, newest first. */
export type OrderList = z.output<typeof orderListSchema>;

export const ordersRoutes = {
  'GET /api/orders': route<OrderPayload[]>()({
    summary: 'A page of orders, newest first',
    access: 'member',
    query: orderListSchema,
    refusals: ['NOT_FOUND'],
  }),
  'POST /api/orders': route<OrderPayload>()({
    summary: 'Places an order',
    access: 'member',
    body: orderPostSchema,
    statuses: [201],
    refusals: ['CONFLICT', 'FORBIDDEN', ...TRADING_CODES],
  }),
  'DELETE /api/orders/:id': route<OrderPayload>()({
    summary: 'Requests the cancel of an order',
    access: 'member',
    params: { id: idSchema },
    refusals: ['NOT_FOUND', 'CONFLICT'],
  }),
};
