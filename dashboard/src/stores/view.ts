import { createStore, type StoreApi } from 'zustand/vanilla';

/** What a phone shows of the page at a time; wide screens show all of it. */
export const VIEWS = ['portfolio', 'watchlist', 'trade', 'activity'] as const;
export type View = (typeof VIEWS)[number];

export interface ViewState {
  readonly view: View;
  /** The symbol of the chart and the order ticket. */
  readonly symbol: string | null;
  /** How often a symbol was opened: the same one again is to be shown again. */
  readonly opened: number;
}

export interface ViewStore extends StoreApi<ViewState> {
  show(view: View): void;
  select(symbol: string): void;
  /** Selects it where it can be seen and traded. */
  open(symbol: string): void;
}

export function createViewStore(): ViewStore {
  const store = createStore<ViewState>(() => ({ view: 'portfolio', symbol: null, opened: 0 }));
  return {
    ...store,
    show: (view) => store.setState({ view }),
    select: (symbol) => store.setState({ symbol }),
    open: (symbol) => store.setState(({ opened }) => ({ symbol, view: 'trade', opened: opened + 1 })),
  };
}
