import { createStore, type StoreApi } from 'zustand/vanilla';
import type { QuotePayload } from '../../../src/protocol/quotes.ts';
import type { ConnectionStore } from './connection.ts';
import type { KeyedStore, Shown } from './keyed.ts';

export interface MarketState {
  /** The latest quote of each symbol. */
  readonly quotes: Readonly<Record<string, Shown<QuotePayload>>>;
  readonly isConnected: boolean;
}

export type MarketStore = StoreApi<MarketState>;

/** Quotes and connection in one store, for the hooks that a widget uses. It holds what the two stores hold, no copy. */
export function createMarketStore(
  quotes: Pick<KeyedStore<QuotePayload>, 'getState' | 'subscribe'>,
  connection: Pick<ConnectionStore, 'getState' | 'subscribe'>,
): MarketStore {
  const marketStore = createStore<MarketState>(() => ({
    quotes: quotes.getState().bySubject,
    isConnected: connection.getState().connected,
  }));
  quotes.subscribe(({ bySubject }) => marketStore.setState({ quotes: bySubject }));
  connection.subscribe(({ connected }) => {
    if (connected !== marketStore.getState().isConnected) marketStore.setState({ isConnected: connected });
  });
  return marketStore;
}
