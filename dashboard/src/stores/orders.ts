import { createStore, type StoreApi } from 'zustand/vanilla';
import { MAX_ORDERS_PAGE } from '../../../src/protocol/limits.ts';
import { FINAL_ORDER_STATUSES } from '../../../src/protocol/order-status.ts';
import type { OrderPayload } from '../../../src/protocol/orders.ts';
import type { Api } from '../lib/api.ts';

type Orders = Readonly<Record<string, OrderPayload>>;

export interface OrdersState {
  readonly status: 'loading' | 'ready' | 'failed';
  readonly byId: Orders;
  /** The oldest order that was listed, where older open ones may follow. */
  readonly olderFrom: string | null;
}

export interface OrdersStore extends StoreApi<OrdersState> {
  apply(order: OrderPayload): void;
  /** Asks for the newest orders and the newest open ones. Orders that moved on meanwhile keep their newer state. */
  load(): Promise<void>;
  /** Asks for the next open orders. Throws as the API does. */
  loadOlder(): Promise<void>;
}

export const isOpen = (order: OrderPayload): boolean =>
  !(FINAL_ORDER_STATUSES as readonly string[]).includes(order.status);

export const newestFirst = (a: OrderPayload, b: OrderPayload): number =>
  b.createdAt.localeCompare(a.createdAt) || a.id.localeCompare(b.id);

/** A final state is never left, and a state is never replaced by an earlier one. */
const isNewer = (held: OrderPayload | undefined, order: OrderPayload): boolean =>
  !held || (order.updatedAt >= held.updatedAt && (isOpen(held) || !isOpen(order)));

function merge(byId: Orders, orders: readonly OrderPayload[]): Orders {
  const newer = orders.filter((order) => isNewer(byId[order.id], order));
  return { ...byId, ...Object.fromEntries(newer.map((order) => [order.id, order])) };
}

/** Without what was open before the list was asked for and is not in it: how it goes on would not be heard of. */
function withoutLost(byId: Orders, before: Orders, listed: readonly OrderPayload[]): Orders {
  const ids = new Set(listed.map(({ id }) => id));
  const isLost = (order: OrderPayload): boolean =>
    isOpen(order) && before[order.id] === order && !ids.has(order.id);
  return Object.fromEntries(Object.entries(byId).filter(([, order]) => !isLost(order)));
}

const endOf = (page: readonly OrderPayload[]): string | null =>
  page.length < MAX_ORDERS_PAGE ? null : page.at(-1)!.id;

export function createOrdersStore({ api }: { readonly api: Pick<Api, 'orders'> }): OrdersStore {
  const store = createStore<OrdersState>(() => ({ status: 'loading', byId: {}, olderFrom: null }));

  async function list(): Promise<{ orders: OrderPayload[]; olderFrom: string | null }> {
    const newest = await api.orders();
    const before = endOf(newest);
    if (before === null) return { orders: newest, olderFrom: null };
    // Open orders may lie far behind what was filled since.
    const open = await api.orders({ status: 'open', before });
    return { orders: [...newest, ...open], olderFrom: endOf(open) };
  }

  return {
    ...store,
    apply: (order) => store.setState(({ byId }) => ({ byId: merge(byId, [order]) })),
    async load() {
      const before = store.getState().byId;
      try {
        const { orders, olderFrom } = await list();
        store.setState(({ byId }) => ({
          status: 'ready',
          byId: merge(withoutLost(byId, before, orders), orders),
          olderFrom,
        }));
      } catch {
        store.setState(({ status }) => (status === 'ready' ? {} : { status: 'failed' }));
      }
    },
    async loadOlder() {
      const { olderFrom } = store.getState();
      if (olderFrom === null) return;
      const page = await api.orders({ status: 'open', before: olderFrom });
      // A list that was loaded anew meanwhile ends elsewhere.
      store.setState((now) =>
        now.olderFrom === olderFrom ? { byId: merge(now.byId, page), olderFrom: endOf(page) } : {},
      );
    },
  };
}
