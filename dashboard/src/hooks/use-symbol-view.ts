import { useStore } from 'zustand';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { pathTo } from '../../../src/protocol/pages.ts';
import { useTradingStoresIfAny } from './trading-stores.tsx';
import { go } from './use-page.ts';

type Shows = Pick<StoreApi<{ readonly symbol: string | null }>, 'getState' | 'getInitialState' | 'subscribe'>;

const goToSymbol = (symbol: string) => go(pathTo.symbol(symbol));
/** Of a page without a chart. */
const NO_SYMBOL: Shows = createStore(() => ({ symbol: null }));

/** Opens a symbol: in the panels of the trading desk, from any other page at the symbol's address. */
export function useOpenSymbol(): (symbol: string) => void {
  return useTradingStoresIfAny()?.view.open ?? goToSymbol;
}

/** Whether the page's chart shows this symbol. */
export function useIsSelected(symbol: string): boolean {
  const shows: Shows = useTradingStoresIfAny()?.view ?? NO_SYMBOL;
  return useStore(shows, (state) => state.symbol === symbol);
}
