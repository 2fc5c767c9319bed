import type { ReactNode } from 'react';
import { createTradingStores, type TradingStores } from '../stores/trading.ts';
import { createStoresContext } from './stores-context.tsx';
import { useDesk } from './websocket-context.tsx';

const { Provider, useStores } = createStoresContext<TradingStores>('TradingStoresProvider');

/** Makes the stores of the trading desk's page. */
export interface TradingStoresProviderProps {
  /** The reader chose a symbol. */
  readonly onChoose: (symbol: string) => void;
  readonly children: ReactNode;
}

export function TradingStoresProvider({ onChoose, children }: TradingStoresProviderProps) {
  const { api, timers, states, connection, onReturn } = useDesk();
  const { onConnect } = connection;
  return (
    <Provider
      create={() => createTradingStores({ api, timers, onConnect, onReturn, onChoose, quotes: states.quote })}
    >
      {children}
    </Provider>
  );
}

export const useTradingStores = useStores;
