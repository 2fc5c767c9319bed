import type { JournalEntryPayload } from '../../../src/protocol/events.ts';
import type { QuotePayload } from '../../../src/protocol/quotes.ts';
import type { Api } from '../lib/api.ts';
import type { Timers } from '../lib/timers.ts';
import { createFeedStore, type FeedStore } from './feed.ts';
import type { KeyedStore } from './keyed.ts';
import { createNoticesStore, type NoticesStore } from './notices.ts';
import { createOrdersStore, type OrdersStore } from './orders.ts';
import { createTradesStore, isTrade, type TradesStore } from './trades.ts';

/** What the frame of all pages shows: the event lane, as orders, trades and toasts, and the state of the feed. */
export interface FrameStores {
  readonly orders: OrdersStore;
  readonly trades: TradesStore;
  readonly notices: NoticesStore;
  readonly feed: FeedStore;
  loadOrders(): Promise<void>;
  loadTrades(): Promise<void>;
  /** Returns what ends it; may be started again. */
  start(): () => void;
}

export interface FrameOptions {
  readonly api: Pick<Api, 'orders' | 'feedHealth'>;
  readonly timers: Timers;
  readonly quotes: KeyedStore<QuotePayload>;
  readonly events: {
    load(): Promise<void>;
    follow(follower: {
      onEvent(entry: JournalEntryPayload, missed: boolean): void;
      onReset(entries: readonly JournalEntryPayload[]): void;
      onLoadFailed(): void;
    }): () => void;
  };
  /** Calls back after each connect; `again` after the first. */
  onConnect(run: (again: boolean) => void): () => void;
}

export function createFrameStores({ api, timers, quotes, events, onConnect }: FrameOptions): FrameStores {
  const orders = createOrdersStore();
  const trades = createTradesStore();
  const notices = createNoticesStore({ timers });
  const feed = createFeedStore({ api, timers, quotes });
  const loadOrders = () => api.orders().then(orders.load, orders.fail);

  const follow = () =>
    events.follow({
      onEvent(entry, missed) {
        // Anything else comes from a newer server; there is nothing to show of it.
        if (entry.event === 'order:update') orders.apply(entry.payload);
        if (!isTrade(entry)) return;
        trades.add(entry);
        notices.add(entry, missed);
      },
      onReset(entries) {
        trades.reset(entries.filter(isTrade));
        // The list that a fresh page asked for is as new as this journal.
        if (orders.getState().status !== 'loading') void loadOrders();
      },
      onLoadFailed: trades.fail,
    });

  return {
    orders,
    trades,
    notices,
    feed,
    loadOrders,
    loadTrades: () => events.load().catch(() => {}),
    start() {
      void loadOrders();
      const ends = [follow(), feed.start(), onConnect((again) => again && void feed.load()), notices.stop];
      return () => {
        for (const end of ends) end();
      };
    },
  };
}
