import type { ReactNode } from 'react';
import { createTradingStores, type TradingStores } from '../stores/trading.ts';
import { useSharedStores } from './shared-stores.tsx';
import { createStoresContext } from './stores-context.tsx';

const { Provider, useStores, useStoresIfAny } = createStoresContext<TradingStores>('TradingStoresProvider');

export interface TradingStoresProviderProps {
  /** The reader chose a symbol. */
  readonly onChoose: (symbol: string) => void;
  readonly children: ReactNode;
}

/** Makes the stores of the trading desk's page. */
export function TradingStoresProvider({ onChoose, children }: TradingStoresProviderProps) {
  const { watchlist } = useSharedStores();
  return <Provider create={() => createTradingStores({ watchlist, onChoose })}>{children}</Provider>;
}

export const useTradingStores = useStores;
/** For components that other pages have as well. */
export const useTradingStoresIfAny = useStoresIfAny;
