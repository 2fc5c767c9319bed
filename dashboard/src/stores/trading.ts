import { createViewStore, type ViewStore } from './view.ts';
import type { WatchlistStore } from './watchlist.ts';

/** The stores of the trading desk's page. */
export interface TradingStores {
  readonly view: ViewStore;
  /** Returns what ends it; may be started again. */
  start(): () => void;
}

export interface TradingOptions {
  readonly watchlist: Pick<WatchlistStore, 'getState' | 'open' | 'onLoad'>;
  /** The reader chose a symbol. */
  onChoose(symbol: string): void;
}

export function createTradingStores({ watchlist, onChoose }: TradingOptions): TradingStores {
  const view = createViewStore({ onChoose });

  /** The first symbol of the list is what a fresh page shows, unless one was chosen meanwhile. */
  function selectFirst() {
    const [first] = watchlist.getState().symbols;
    if (first !== undefined && view.getState().symbol === null) view.select(first);
  }

  return {
    view,
    start() {
      watchlist.open();
      return watchlist.onLoad(selectFirst);
    },
  };
}
