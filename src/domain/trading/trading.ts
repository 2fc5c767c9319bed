/** What the edges (HTTP, socket, hooks) need of trading. */
import type { OrderList, OrderPayload, OrderRequest } from '../../protocol/orders.ts';
import type { PortfolioPayload } from '../../protocol/portfolio.ts';
import type { TradeSource } from '../../protocol/trades.ts';
import type { Holdings } from './holdings.ts';

export interface PlaceCommand {
  readonly userId: string;
  readonly request: OrderRequest;
  readonly source: TradeSource;
  /**
   * The sender's key, unique per user and kind of sender forever: the same key and request receive the first answer again.
   */
  readonly key: string;
  /** The session that asks, where there is one: the order is written only if the session lasts until then. */
  readonly sessionId?: string;
}

export interface PlaceResult {
  /** `denied` with its `reason` where a risk check failed. */
  readonly order: OrderPayload;
  /** The sentence that goes with `reason`. */
  readonly message?: string;
  /** True where this key was answered before. */
  readonly duplicate: boolean;
}

/** Where a halt stops trading. */
export type HaltScope = { readonly userId: string } | 'everyone';

export interface Trading {
  /**
   * Resolves after commit. Throws CONFLICT where the key was used for another request, UNAUTHENTICATED where the
   * session has ended, FORBIDDEN where the user is banned.
   */
  place(command: PlaceCommand): Promise<PlaceResult>;
  /**
   * Asks for the end of an open order of this user. Throws NOT_FOUND, CONFLICT where it is final already,
   * UNAUTHENTICATED where `sessionId` is given and has ended.
   */
  cancel(userId: string, orderId: string, sessionId?: string): Promise<OrderPayload>;
  /** Newest first, a page of all of them by default. Throws NOT_FOUND where `before` is no order of this user. */
  orders(userId: string, list?: Partial<OrderList>): Promise<OrderPayload[]>;
  /** The account marked to the quotes this replica knows. */
  portfolio(userId: string): Promise<PortfolioPayload>;
  /** What the user holds, to be marked again and again without the database. Throws NOT_FOUND. */
  holdings(userId: string): Promise<Holdings>;
  /** Values holdings at the quotes this replica knows. */
  mark(holdings: Holdings): PortfolioPayload;
}
