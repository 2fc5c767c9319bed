import { createStore, type StoreApi } from 'zustand/vanilla';

/** What a phone shows of the page at a time; wide screens show all of it. */
export const VIEWS = ['portfolio', 'watchlist', 'trade', 'activity'] as const;
export type View = (typeof VIEWS)[number];

export interface ViewState {
  readonly view: View;
  /** The symbol of the chart and the order ticket. */
  readonly symbol: string | null;
  /** The reader chose it, from a list of symbols. */
  readonly chosen: boolean;
  /** How often a symbol was opened: opening the same one again shows it again. */
  readonly opened: number;
}

export interface ViewStore extends StoreApi<ViewState> {
  show(view: View): void;
  /** Shows a symbol without the reader's doing: the address names it, or it is the first of the list. */
  select(symbol: string | null): void;
  /** Brings the chart into sight. */
  reveal(): void;
  /** The reader's choice. */
  choose(symbol: string): void;
  /** The reader's choice, shown where it can be seen and traded. */
  open(symbol: string): void;
}

export interface ViewOptions {
  /** The reader chose a symbol. */
  onChoose(symbol: string): void;
}

export function createViewStore({ onChoose }: ViewOptions): ViewStore {
  const store = createStore<ViewState>(() => ({ view: 'portfolio', symbol: null, chosen: false, opened: 0 }));
  return {
    ...store,
    reveal: () => store.setState(({ opened }) => ({ view: 'trade', opened: opened + 1 })),
    show: (view) => store.setState({ view }),
    select: (symbol) => store.setState({ symbol, chosen: false }),
    choose(symbol) {
      store.setState({ symbol, chosen: true });
      onChoose(symbol);
    },
    open(symbol) {
      store.setState(({ opened }) => ({ symbol, chosen: true, view: 'trade', opened: opened + 1 }));
      onChoose(symbol);
    },
  };
}
