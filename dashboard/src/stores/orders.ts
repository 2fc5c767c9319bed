import { createStore, type StoreApi } from 'zustand/vanilla';
import { FINAL_ORDER_STATUSES } from '../../../src/protocol/order-status.ts';
import type { OrderPayload } from '../../../src/protocol/orders.ts';

export interface OrdersState {
  readonly status: 'loading' | 'ready' | 'failed';
  readonly byId: Readonly<Record<string, OrderPayload>>;
}

export interface OrdersStore extends StoreApi<OrdersState> {
  apply(order: OrderPayload): void;
  /** Takes the whole list; orders that moved on since it was asked for keep their newer state. */
  load(orders: readonly OrderPayload[]): void;
  fail(): void;
}

export const isOpen = (order: OrderPayload): boolean =>
  !(FINAL_ORDER_STATUSES as readonly string[]).includes(order.status);

export const newestFirst = (a: OrderPayload, b: OrderPayload): number =>
  b.createdAt.localeCompare(a.createdAt) || a.id.localeCompare(b.id);

/** A final state is never left, and a state is never replaced by an earlier one. */
const isNewer = (held: OrderPayload | undefined, order: OrderPayload): boolean =>
  !held || (order.updatedAt >= held.updatedAt && (isOpen(held) || !isOpen(order)));

export function createOrdersStore(): OrdersStore {
  const store = createStore<OrdersState>(() => ({ status: 'loading', byId: {} }));
  const merge = (byId: Readonly<Record<string, OrderPayload>>, orders: readonly OrderPayload[]) => {
    const newer = orders.filter((order) => isNewer(byId[order.id], order));
    return { ...byId, ...Object.fromEntries(newer.map((order) => [order.id, order])) };
  };
  return {
    ...store,
    apply: (order) => store.setState(({ byId }) => ({ byId: merge(byId, [order]) })),
    load: (orders) => store.setState(({ byId }) => ({ status: 'ready', byId: merge(byId, orders) })),
    fail: () => store.setState(({ status }) => (status === 'ready' ? {} : { status: 'failed' })),
  };
}
