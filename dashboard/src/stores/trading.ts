import type { QuotePayload } from '../../../src/protocol/quotes.ts';
import type { Api } from '../lib/api.ts';
import type { Timers } from '../lib/timers.ts';
import { type CandlesStore, createCandlesStore } from './candles.ts';
import type { KeyedStore } from './keyed.ts';
import { createViewStore, type ViewStore } from './view.ts';
import { createWatchlistStore, type WatchlistStore } from './watchlist.ts';

/** The stores of the trading desk's page. */
export interface TradingStores {
  readonly watchlist: WatchlistStore;
  readonly candles: CandlesStore;
  readonly view: ViewStore;
  loadWatchlist(): Promise<void>;
  /** Returns what ends it; may be started again. */
  start(): () => void;
}

export interface TradingOptions {
  readonly api: Pick<Api, 'candles' | 'watchlist' | 'saveWatchlist'>;
  readonly timers: Timers;
  readonly quotes: KeyedStore<QuotePayload>;
  /** Calls back after each connect; `again` after the first. */
  onConnect(run: (again: boolean) => void): () => void;
  /** Calls back when the reader looks at the page again. */
  onReturn(run: () => void): () => void;
  /** The reader chose a symbol. */
  onChoose(symbol: string): void;
}

export function createTradingStores(options: TradingOptions): TradingStores {
  const { api, timers, quotes, onConnect, onReturn, onChoose } = options;
  const watchlist = createWatchlistStore({ api });
  const candles = createCandlesStore({ api, timers });
  const view = createViewStore({ onChoose });

  /** The first symbol of the list is what a fresh page shows, unless one was chosen meanwhile. */
  function selectFirst() {
    const [first] = watchlist.getState().symbols;
    if (first !== undefined && view.getState().symbol === null) view.select(first);
  }
  const loadWatchlist = () => watchlist.load().then(selectFirst);
  const syncWatchlist = () => void watchlist.sync().then(selectFirst);

  return {
    watchlist,
    candles,
    view,
    loadWatchlist,
    start() {
      void loadWatchlist();
      const ends = [
        onConnect((again) => {
          syncWatchlist();
          if (again) candles.reload();
        }),
        onReturn(syncWatchlist),
        quotes.subscribe(({ bySubject }, { bySubject: before }) =>
          candles.apply(Object.values(bySubject).filter((quote) => quote !== before[quote.symbol])),
        ),
        candles.stop,
      ];
      return () => {
        for (const end of ends) end();
      };
    },
  };
}
