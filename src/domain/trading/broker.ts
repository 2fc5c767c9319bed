import type { Decimal } from '../../lib/decimal.ts';
import type { OrderType, Side } from '../../protocol/payloads.ts';

/** An order as the broker gets it. `id` is ours, deterministic, and the only name it ever has. */
export interface BrokerOrder {
  readonly id: string;
  readonly symbol: string;
  readonly side: Side;
  readonly type: OrderType;
  /** Shares, of which `filledQuantity` are done already. */
  readonly quantity: number;
  readonly filledQuantity: number;
  /** Dollars: no fill may be worse than this. The limit price, or the protection price of market and stop orders. */
  readonly boundPrice: Decimal;
  readonly stopPrice: Decimal | null;
}

export interface BrokerFill {
  readonly type: 'fill';
  readonly orderId: string;
  /** Unique for good, also after a restart of either side. */
  readonly executionId: string;
  readonly quantity: number;
  /** Dollars, at most four decimals. */
  readonly price: Decimal;
  /** Milliseconds since epoch. */
  readonly at: number;
}

export type BrokerEvent =
  | BrokerFill
  | { readonly type: 'accepted'; readonly orderId: string; readonly at: number }
  | { readonly type: 'cancelled'; readonly orderId: string; readonly at: number }
  | { readonly type: 'expired'; readonly orderId: string; readonly at: number }
  | { readonly type: 'rejected'; readonly orderId: string; readonly message: string; readonly at: number }
  /** The broker is known not to have the order: it was never taken. */
  | { readonly type: 'unavailable'; readonly orderId: string; readonly at: number };

/** Thrown by `submit` where the broker answered no. Any other error leaves the outcome unknown. */
export class BrokerRejection extends Error {}

/** Where orders are executed. */
export interface Broker {
  /** Resolves when the broker has taken the order. Throws BrokerRejection for a clear no. */
  submit(order: BrokerOrder): Promise<void>;
  /**
   * All that the broker knows of an order, as events that may be applied again; null where it is certain
   * that the broker never took it. Throws where it cannot tell.
   */
  find(orderId: string): Promise<readonly BrokerEvent[] | null>;
  /** Asks for the end of a working order; the answer is an event. */
  cancel(orderId: string): Promise<void>;
  /** Hands open orders back to a broker whose memory ended with the process; others ignore it. */
  adopt(orders: readonly BrokerOrder[]): Promise<void>;
  onEvent(listener: (event: BrokerEvent) => void): () => void;
  stop(): void;
}
