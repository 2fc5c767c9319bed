import type { JournalEntryPayload } from '../../../src/protocol/events.ts';
import type { QuotePayload } from '../../../src/protocol/quotes.ts';
import type { Api } from '../lib/api.ts';
import type { Timers } from '../lib/timers.ts';
import { type CandlesStore, createCandlesStore } from './candles.ts';
import { createFeedStore, type FeedStore } from './feed.ts';
import type { KeyedStore } from './keyed.ts';
import { createNoticesStore, type NoticesStore } from './notices.ts';
import { createOrdersStore, type OrdersStore } from './orders.ts';
import { createProposalStore, type ProposalStore } from './proposal.ts';
import { createTradesStore, isTrade, type TradesStore } from './trades.ts';
import { createWatchlistStore, type WatchlistStore } from './watchlist.ts';

/**
 * What all pages of a sign-in share: the event lane, as orders, trades and toasts, the state of the feed, and what is
 * requested with its first use, the watchlist and the minutes of symbols. A page leaves in `proposal` what the order ticket
 * shall have typed.
 */
export interface SharedStores {
  readonly orders: OrdersStore;
  readonly trades: TradesStore;
  readonly notices: NoticesStore;
  readonly feed: FeedStore;
  readonly watchlist: WatchlistStore;
  readonly candles: CandlesStore;
  readonly proposal: ProposalStore;
  loadTrades(): Promise<void>;
  /** Returns what ends it; may be started again. */
  start(): () => void;
}

export interface SharedOptions {
  readonly api: Pick<Api, 'orders' | 'feedHealth' | 'candles' | 'watchlist' | 'saveWatchlist'>;
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
  /** Calls back when the reader looks at the page again. */
  onReturn(run: () => void): () => void;
}

export function createSharedStores(options: SharedOptions): SharedStores {
  const { api, timers, quotes, events, onConnect, onReturn } = options;
  const orders = createOrdersStore({ api });
  const trades = createTradesStore();
  const notices = createNoticesStore({ timers });
  const feed = createFeedStore({ api, timers, quotes });
  const watchlist = createWatchlistStore({ api });
  const candles = createCandlesStore({ api, timers });
  const proposal = createProposalStore({ timers });

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
        trades.reset(entries);
        // The list that a fresh page asked for is as new as this journal.
        if (orders.getState().status !== 'loading') void orders.load();
      },
      onLoadFailed: trades.fail,
    });

  return {
    orders,
    trades,
    notices,
    feed,
    watchlist,
    candles,
    proposal,
    loadTrades: () => events.load().catch(() => {}),
    start() {
      void orders.load();
      const ends = [
        follow(),
        feed.start(),
        onConnect((again) => {
          void watchlist.sync();
          if (!again) return;
          void feed.load();
          candles.reload();
        }),
        onReturn(() => void watchlist.sync()),
        quotes.subscribe(({ bySubject }, { bySubject: before }) =>
          candles.apply(Object.values(bySubject).filter((quote) => quote !== before[quote.symbol])),
        ),
        notices.stop,
        candles.stop,
      ];
      return () => {
        for (const end of ends) end();
      };
    },
  };
}
