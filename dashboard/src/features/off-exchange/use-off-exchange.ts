import { useEffect, useState } from 'react';
import { useDesk } from '../../hooks/websocket-context.tsx';
import { createOffExchangeStore, type OffExchangeStore } from '../../stores/off-exchange.ts';

/** The page's store, which runs while it is open. */
export function useOffExchange(): OffExchangeStore {
  const { api, timers, frame, subscribe, subscriptions, onFetch } = useDesk();
  const [store] = useState(() =>
    createOffExchangeStore({
      api,
      timers,
      frame,
      onFetch,
      follow({ onTotals, onConfirmed }) {
        const ends = [
          subscribe('darkpool:update', onTotals),
          subscribe('subscription:confirmed', ({ type }) => {
            if (type === 'darkpool') onConfirmed();
          }),
          subscriptions.channel('darkpool'),
        ];
        return () => {
          for (const end of ends) end();
        };
      },
    }),
  );
  useEffect(() => store.start(), [store]);
  return store;
}
