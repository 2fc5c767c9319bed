import type { Decimal } from '../../lib/decimal.ts';
import type { OrderType, Side } from '../../protocol/orders.ts';

/** An order as the broker receives it. `id` is ours, deterministic, and its only name. */
export interface BrokerOrder {
  readonly id: string;
  readonly symbol: string;
  readonly side: Side;
  readonly type: OrderType;
  /** Shares; `filledQuantity` of them are filled already. */
  readonly quantity: number;
  readonly filledQuantity: number;
  /** Dollars; no fill may be worse. The limit price, or the protection price of market and stop orders. */
  readonly boundPrice: Decimal;
  readonly stopPrice: Decimal | null;
  /** When the order was accepted, milliseconds since epoch: prices of before do not wake a stop. */
  readonly placedAt: number;
}

export interface BrokerFill {
  readonly type: 'fill';
  readonly orderId: string;
  /** Unique forever, also after a restart of either side. */
  readonly executionId: string;
  readonly quantity: number;
  /** Dollars, at most four decimals. */
  readonly price: Decimal;
  /** Where the price is not of a quote: that of the last trade. */
  readonly basis?: 'last-trade';
  /** Milliseconds since epoch. */
  readonly at: number;
}

export type BrokerEvent =
  | BrokerFill
  | { readonly type: 'accepted'; readonly orderId: string; readonly at: number }
  | { readonly type: 'cancelled'; readonly orderId: string; readonly at: number }
  | { readonly type: 'expired'; readonly orderId: string; readonly at: number }
  | { readonly type: 'rejected'; readonly orderId: string; readonly message: string; readonly at: number }
  /** The broker certainly does not have the order: it never accepted it. */
  | { readonly type: 'unavailable'; readonly orderId: string; readonly at: number };

/** Thrown by `submit` where the broker rejected the order: it does not have it and never will. */
export class BrokerRejection extends Error {}

/** Thrown by `submit` where the broker certainly did not accept the order and asks for a later retry. */
export class BrokerBusy extends Error {
  /** Milliseconds; undefined where the broker named no time. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, retryAfterMs?: number) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * Where orders are executed. A request is over when its promise settles or its signal aborts: from then on the
 * adapter sends nothing more of it.
 */
export interface Broker {
  /**
   * Resolves when the broker has accepted the order. Throws BrokerRejection for a clear no and BrokerBusy for a
   * clear "not now". Any other error leaves the outcome unknown, also "there is an order of this id already".
   */
  submit(order: BrokerOrder, signal?: AbortSignal): Promise<void>;
  /**
   * All that the broker knows of an order, as events that may be applied again; null where the broker does not
   * have it at this moment. Throws where the broker gives no answer.
   */
  find(orderId: string, signal?: AbortSignal): Promise<readonly BrokerEvent[] | null>;
  /** Asks for the end of a working order; the answer is an event. */
  cancel(orderId: string, signal?: AbortSignal): Promise<void>;
  /**
   * Gives open orders back to a broker whose memory ended with the process, and on their terms of now: a split changes
   * them. Other brokers subscribe to the events
   * of these orders. Resolves when no event can be missed any more.
   */
  adopt(orders: readonly BrokerOrder[]): Promise<void>;
  /** The end of an order (cancelled, expired) comes after all of its fills. */
  onEvent(listener: (event: BrokerEvent) => void): () => void;
  /** Called when events may have been missed: open orders are looked up again. */
  onGap?(listener: () => void): () => void;
  stop(): void;
}
