import { z } from 'zod';
import { defineTopic, ENGINE } from '../bus/topic.ts';

/** The executor has work: an order was accepted, a cancel asked for, trading halted or resumed. It carries nothing. */
export type OrdersMessage = Readonly<Record<never, never>>;
export const ORDERS_WAITING: OrdersMessage = {};
export const ordersTopic = defineTopic<OrdersMessage>({
  name: 'orders',
  readerOf: () => ENGINE,
  // The executor's own poll has found the work by then.
  maxAgeMs: 10_000,
  shape: z.looseObject({}),
});

/** The stored portfolio of a user changed in a way that no quote shows (fill, deposit, external report). */
export interface PortfolioMessage {
  readonly userId: string;
}
export const portfolioTopic = defineTopic<PortfolioMessage>({
  name: 'portfolio',
  readerOf: ({ userId }) => userId,
  // It says "read again": late is still useful, unless it is the tail of an outage.
  maxAgeMs: 10_000,
  shape: z.looseObject({ userId: z.string().min(1) }),
});

export const TRADING_TOPICS = [ordersTopic, portfolioTopic];
