import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import type { OptionPayload } from '../../../../src/protocol/options.ts';
import type { QuotePayload } from '../../../../src/protocol/quotes.ts';
import { useDesk } from '../../hooks/websocket-context.tsx';
import type { TimeframeId } from '../../lib/timeframes.ts';
import { type BarHistory, type BarHistoryStore, createBarHistoryStore } from '../../stores/bar-history.ts';
import type { MarketTick } from '../../stores/bar-lists.ts';

type Subjects = Readonly<Record<string, QuotePayload | OptionPayload>>;

/** What a quote or a contract's update says of the present; undefined where nothing has traded. */
function tickOf(present: QuotePayload | OptionPayload | undefined): MarketTick | undefined {
  const price = present?.price;
  if (present === undefined || price === undefined) return undefined;
  return { ...present, price, quoted: 'contractId' in present };
}

/** The bars of a symbol in a timeframe, and the present as it comes. */
export function useBarHistory(
  symbol: string,
  timeframe: TimeframeId,
): { readonly store: BarHistoryStore; readonly history: BarHistory | null } {
  const { api, timers, states, connection, subscribe, onReturn } = useDesk();
  const [store] = useState(() =>
    createBarHistoryStore({
      api,
      timers,
      latest: (name) =>
        tickOf(states.option.getState().bySubject[name] ?? states.quote.getState().bySubject[name]),
    }),
  );
  const shown = useStore(store, (state) => state.shown);

  useEffect(() => {
    store.open(symbol, timeframe);
  }, [store, symbol, timeframe]);
  useEffect(() => {
    const follow = (now: Subjects, before: Subjects) => {
      const tick = now[symbol] === before[symbol] ? undefined : tickOf(now[symbol]);
      if (tick) store.apply(tick);
    };
    const ends = [
      states.quote.subscribe((now, before) => follow(now.bySubject, before.bySubject)),
      states.option.subscribe((now, before) => follow(now.bySubject, before.bySubject)),
    ];
    return () => {
      for (const end of ends) end();
    };
  }, [store, states, symbol]);
  useEffect(() => {
    const ends = [
      connection.onConnect((again) => again && store.refresh()),
      onReturn(store.refresh),
      // A split that is told late changes the bars in the middle of a day.
      subscribe('position:adjusted', (adjusted) => {
        if (adjusted.reason === 'split' && adjusted.symbol === store.getState().shown?.symbol) store.reload();
      }),
      store.stop,
    ];
    return () => {
      for (const end of ends) end();
    };
  }, [store, connection, subscribe, onReturn]);

  // Until the store has followed, there is nothing of this symbol.
  const current = shown?.symbol === symbol && shown.timeframe === timeframe;
  return { store, history: current ? shown : null };
}
