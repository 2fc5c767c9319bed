import type { ReactNode } from 'react';
import { createFrameStores, type FrameStores } from '../stores/frame.ts';
import { createStoresContext } from './stores-context.tsx';
import { useDesk } from './websocket-context.tsx';

const { Provider, useStores } = createStoresContext<FrameStores>('FrameStoresProvider');

/** Makes the stores that the frame shares with every page. */
export function FrameStoresProvider({ children }: { children: ReactNode }) {
  const { api, timers, states, events, connection } = useDesk();
  const { onConnect } = connection;
  return (
    <Provider create={() => createFrameStores({ api, timers, events, onConnect, quotes: states.quote })}>
      {children}
    </Provider>
  );
}

export const useFrameStores = useStores;
