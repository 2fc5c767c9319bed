import type { Decimal } from '../../lib/decimal.ts';
import type { OrderType, Side } from '../../protocol/orders.ts';

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

/** Thrown by `submit` where the broker answered no: it does not have the order and never will. */
export class BrokerRejection extends Error {}

/** Thrown by `submit` where the broker certainly did not take the order and wants to be asked later. */
export class BrokerBusy extends Error {
  /** Milliseconds, where the broker said how long. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, retryAfterMs?: number) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * Where orders are executed. A request is over when its promise settles or its signal aborts: from then on the
 * adapter holds nothing of it back that could still be sent.
 */
export interface Broker {
  /**
   * Resolves when the broker has taken the order. Throws BrokerRejection for a clear no and BrokerBusy for a
   * clear not now; any other error, "there is one of this id already" among them, leaves the outcome unknown.
   */
  submit(order: BrokerOrder, signal?: AbortSignal): Promise<void>;
  /**
   * All that the broker knows of an order, as events that may be applied again; null where the broker does not
   * have it at this moment. Throws where it cannot tell.
   */
  find(orderId: string, signal?: AbortSignal): Promise<readonly BrokerEvent[] | null>;
  /** Asks for the end of a working order; the answer is an event. */
  cancel(orderId: string, signal?: AbortSignal): Promise<void>;
  /** Hands open orders back to a broker whose memory ended with the process; others see that they hear its events. */
  adopt(orders: readonly BrokerOrder[]): Promise<void>;
  /** The end of an order (cancelled, expired) is told after all of its fills. */
  onEvent(listener: (event: BrokerEvent) => void): () => void;
  /** Called when events may have been missed: open orders are looked up again. */
  onGap?(listener: () => void): () => void;
  stop(): void;
}
