import { createStore, type StoreApi } from 'zustand/vanilla';
import { MAX_SYMBOLS_PER_CONNECTION } from '../../../src/protocol/limits.ts';
import type { Api } from '../lib/api.ts';

/** One symbol of the connection's limit stays free for the chart, which may show one off the list. */
export const MAX_WATCHLIST = MAX_SYMBOLS_PER_CONNECTION - 1;

export interface WatchlistState {
  readonly status: 'loading' | 'ready' | 'failed';
  readonly symbols: readonly string[];
  /** Why the last change is not saved; null where it is. */
  readonly saveError: string | null;
}

export interface WatchlistStore extends StoreApi<WatchlistState> {
  load(): Promise<void>;
  add(symbol: string): void;
  remove(symbol: string): void;
  /** Saves what is on screen, again. */
  save(): Promise<void>;
}

export function createWatchlistStore({
  api,
}: {
  api: Pick<Api, 'watchlist' | 'saveWatchlist'>;
}): WatchlistStore {
  const store = createStore<WatchlistState>(() => ({ status: 'loading', symbols: [], saveError: null }));
  let saving = false;
  let again = false;

  /** One request at a time, the last state wins: answers cannot overtake one another. */
  async function save(): Promise<void> {
    if (saving) {
      again = true;
      return;
    }
    saving = true;
    try {
      do {
        again = false;
        await api.saveWatchlist([...store.getState().symbols]);
      } while (again);
      store.setState({ saveError: null });
    } catch (error) {
      store.setState({ saveError: (error as Error).message });
    } finally {
      saving = false;
    }
  }

  const change = (symbols: readonly string[]) => {
    store.setState({ symbols });
    void save();
  };

  return {
    ...store,
    save,
    async load() {
      try {
        const { symbols } = await api.watchlist();
        store.setState({ status: 'ready', symbols });
      } catch {
        store.setState({ status: 'failed' });
      }
    },
    add(symbol) {
      const { symbols } = store.getState();
      if (symbols.includes(symbol) || symbols.length >= MAX_WATCHLIST) return;
      change([...symbols, symbol]);
    },
    remove(symbol) {
      change(store.getState().symbols.filter((listed) => listed !== symbol));
    },
  };
}
