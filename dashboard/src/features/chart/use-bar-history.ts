import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { useDesk } from '../../hooks/websocket-context.tsx';
import type { TimeframeId } from '../../lib/timeframes.ts';
import { type BarHistory, type BarHistoryStore, createBarHistoryStore } from '../../stores/bar-history.ts';

/** The bars of a symbol in a timeframe, and the present as it comes. */
export function useBarHistory(
  symbol: string,
  timeframe: TimeframeId,
): { readonly store: BarHistoryStore; readonly history: BarHistory | null } {
  const { api, timers, states, connection, onReturn } = useDesk();
  const [store] = useState(() =>
    createBarHistoryStore({ api, timers, latest: (name) => states.quote.getState().bySubject[name] }),
  );
  const shown = useStore(store, (state) => state.shown);

  useEffect(() => store.open(symbol, timeframe), [store, symbol, timeframe]);
  useEffect(
    () =>
      states.quote.subscribe(({ bySubject }, before) => {
        const quote = bySubject[symbol];
        if (quote && quote !== before.bySubject[symbol]) store.apply(quote);
      }),
    [store, states, symbol],
  );
  useEffect(() => {
    const ends = [
      connection.onConnect((again) => again && store.refresh()),
      onReturn(store.refresh),
      store.stop,
    ];
    return () => {
      for (const end of ends) end();
    };
  }, [store, connection, onReturn]);

  // Until the store has followed, there is nothing of this symbol.
  const current = shown?.symbol === symbol && shown.timeframe === timeframe;
  return { store, history: current ? shown : null };
}
