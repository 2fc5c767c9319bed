import type { Decimal } from '../../lib/decimal.ts';
import type { OrderList } from '../../protocol/orders.ts';
import type { Appended } from '../journal/journal.ts';
import type { Split } from '../market/splits.ts';
import type { BrokerEvent } from './broker.ts';
import type { Holdings } from './holdings.ts';
import type { Order } from './order.ts';
import type { Placed, PlaceFacts, Placement, PlaceQuery } from './placement.ts';
import type { Mismatch } from './settlement.ts';
import type { HaltScope } from './trading.ts';

/** What a transaction changed, to be published after its commit. */
export interface Settled {
  readonly appended: readonly Appended[];
  /** Orders as they are now. */
  readonly orders: readonly Order[];
  readonly mismatches: readonly Mismatch[];
}

/** A split of the market `source` that takes effect now. Times are milliseconds since epoch. */
export interface DueSplit extends Split {
  readonly source: string;
  /** Trades from then on are of shares of after it. */
  readonly effectiveAt: number;
  readonly at: number;
}

/** What a transaction changed of positions, to be published after its commit. */
export interface Adjusted {
  readonly appended: readonly Appended[];
  /** Users whose books a split contradicts: more was sold since it took effect than there is after it. */
  readonly contradicted: readonly string[];
}

/** What the engine must know of an order that was open as its term began. */
export type OpenOrder = Pick<
  Order,
  | 'id'
  | 'symbol'
  | 'side'
  | 'type'
  | 'quantity'
  | 'filledQuantity'
  | 'boundPrice'
  | 'stopPrice'
  | 'status'
  | 'createdAt'
  | 'updatedAt'
> & {
  /** The lower, the earlier it arrived. */
  readonly number: number;
};

/** Where a page of open orders ends. */
export interface OpenOrderPlace {
  readonly userId: string;
  readonly number: number;
}

export interface OpenOrderPage {
  readonly orders: readonly OpenOrder[];
  /** Null behind the last page. */
  readonly next: OpenOrderPlace | null;
}

/**
 * Where accounts, orders and fills are kept. Each method is one transaction. An error that is not a
 * TradecastError leaves the outcome unknown; calling again with the same key or events is safe.
 */
export interface Ledger {
  /**
   * Locks the account, reads the facts, calls `judge` and writes the placement that it returns. Throws NOT_FOUND
   * for no such account, UNAUTHENTICATED where the session has ended, FORBIDDEN where the user is banned.
   */
  place(query: PlaceQuery, judge: (facts: PlaceFacts) => Placement): Promise<Placed>;
  /**
   * Ends an order that was never sent, else notes that it is to end. Throws NOT_FOUND, CONFLICT where it is final,
   * UNAUTHENTICATED where the session that asks has ended.
   */
  requestCancel(
    userId: string,
    orderId: string,
    at: number,
    sessionId?: string,
  ): Promise<{ order: Order; appended: readonly Appended[] }>;
  /** Newest first. Throws NOT_FOUND where `before` is no order of this user. */
  orders(userId: string, list: OrderList): Promise<Order[]>;
  /** Throws NOT_FOUND. */
  holdings(userId: string): Promise<Holdings>;
  /** Symbols of all positions and open orders, each once. */
  tradedSymbols(): Promise<string[]>;
  /**
   * Stops trading and notes that every open order in scope is to end. An operator's `resume` that was signed before `at`
   * (milliseconds since epoch) does not lift it.
   */
  halt(scope: HaltScope, reason: string, at: number): Promise<void>;
  /** Whether trading is halted for everyone. */
  isHalted(): Promise<boolean>;

  /** Engine: claims up to `limit` accepted orders, oldest first: they are `submitting` from then on. */
  claim(
    fencing: number,
    limit: number,
    at: number,
  ): Promise<{ orders: Order[]; appended: readonly Appended[] }>;
  /** Engine: resolves when every other transaction under this number has ended, also one that is not heard of any more. */
  settled(fencing: number): Promise<void>;
  /** A page of the orders that the broker has or may have (submitting, working, partially filled), in no order of age. */
  openOrders(after: OpenOrderPlace | null): Promise<OpenOrderPage>;
  /** Engine: open orders whose end was asked for, or whose day is over at `at`. */
  ending(fencing: number, at: number, limit: number): Promise<Order[]>;
  /** Engine: applies a split to every position and open order of its symbol, once: `appended` is empty for a repeat. */
  split(fencing: number, split: DueSplit): Promise<Adjusted>;
  /** Engine: sells what splits left of shares in the symbol, at a price of after them, dollars a share. */
  sellFractions(fencing: number, symbol: string, price: Decimal, at: number): Promise<Adjusted>;
  /** The symbols of which a fraction of a share is held. */
  fractionSymbols(): Promise<string[]>;
  /** Engine: applies broker events. An event that was applied before, or comes too late, changes nothing. */
  settle(fencing: number, events: readonly BrokerEvent[]): Promise<Settled>;
}
