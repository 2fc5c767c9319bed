import { createStore, type StoreApi } from 'zustand/vanilla';
import { MAX_SYMBOLS_PER_CONNECTION } from '../../../src/protocol/limits.ts';
import type { Api } from '../lib/api.ts';
import { createEmitter } from '../lib/emitter.ts';

/**
 * Symbols off the list that may be shown at once, the desk staying behind the other pages: that of chart and order form,
 * the underlying of the Options page, and three of the Test API page.
 */
const SHOWN_OFF_LIST = 5;
export const MAX_WATCHLIST = MAX_SYMBOLS_PER_CONNECTION - SHOWN_OFF_LIST;

export interface WatchlistState {
  readonly status: 'loading' | 'ready' | 'failed';
  readonly symbols: readonly string[];
  /** Why the last change is not saved; null where it is. */
  readonly saveError: string | null;
}

export interface WatchlistStore extends StoreApi<WatchlistState> {
  /** Loads the list once, with its first use. */
  open(): void;
  load(): Promise<void>;
  /** Calls back with each list that was loaded. */
  onLoad(listener: () => void): () => void;
  /** Loads what another tab or device saved, and saves what could not be saved before. */
  sync(): Promise<void>;
  add(symbol: string): void;
  remove(symbol: string): void;
  /** Saves the changes that are not saved, again. */
  save(): Promise<void>;
}

interface Edit {
  readonly kind: 'add' | 'remove';
  readonly symbol: string;
}

function applied(symbols: readonly string[], edits: readonly Edit[]): readonly string[] {
  const list = new Set(symbols);
  for (const { kind, symbol } of edits) {
    if (kind === 'remove') list.delete(symbol);
    else if (list.size < MAX_WATCHLIST) list.add(symbol);
  }
  return [...list];
}

/**
 * The list is shared with the reader's other tabs and devices, and the server takes it only as a whole: each
 * change is made to the list as it is saved by then, not to the one on screen.
 */
export function createWatchlistStore({
  api,
}: {
  api: Pick<Api, 'watchlist' | 'saveWatchlist'>;
}): WatchlistStore {
  const store = createStore<WatchlistState>(() => ({ status: 'loading', symbols: [], saveError: null }));
  /** Changes that the server does not have, oldest first. */
  let unsaved: readonly Edit[] = [];
  let changes = 0;
  let saving = false;
  let opened = false;
  const loads = createEmitter();

  /** One request at a time; changes made meanwhile go with the next. */
  async function save(): Promise<void> {
    if (saving) return;
    saving = true;
    try {
      while (unsaved.length > 0) {
        const edits = unsaved;
        const { symbols: held } = await api.watchlist();
        const { symbols } = await api.saveWatchlist([...applied(held, edits)]);
        unsaved = unsaved.slice(edits.length);
        store.setState({ symbols: applied(symbols, unsaved) });
      }
      store.setState({ saveError: null });
    } catch (error) {
      store.setState({ saveError: (error as Error).message });
    } finally {
      saving = false;
    }
  }

  async function take(): Promise<void> {
    const before = changes;
    const { symbols } = await api.watchlist();
    // Asked for before a change was saved, it may be the list without it.
    if (changes !== before) return;
    store.setState({ status: 'ready', symbols: applied(symbols, unsaved) });
    loads.emit();
  }
  const load = () => take().catch(() => store.setState({ status: 'failed' }));

  function change(edit: Edit) {
    const { symbols } = store.getState();
    const changed = applied(symbols, [edit]);
    if (changed.length === symbols.length) return;
    changes += 1;
    unsaved = [...unsaved, edit];
    store.setState({ symbols: changed });
    void save();
  }

  return {
    ...store,
    save,
    load,
    onLoad: loads.on,
    open() {
      if (!opened) void load();
      opened = true;
    },
    async sync() {
      if (unsaved.length > 0) return save();
      if (!saving && store.getState().status !== 'loading') await take().catch(() => {});
    },
    add: (symbol) => change({ kind: 'add', symbol }),
    remove: (symbol) => change({ kind: 'remove', symbol }),
  };
}
