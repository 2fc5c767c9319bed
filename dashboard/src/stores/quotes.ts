import { createStore, type StoreApi } from 'zustand/vanilla';
import type { QuotePayload, QuoteState } from '../../../src/protocol/quotes.ts';
import type { Frame } from '../lib/frame.ts';
import type { Timers } from '../lib/timers.ts';

export interface ShownQuote extends QuotePayload {
  /** When this browser got it, milliseconds since epoch. */
  readonly receivedAt: number;
}

/** Where prices come from; `stale` and `closed` say nothing about that. */
export type QuoteSource = Exclude<QuoteState, 'stale' | 'closed'>;

export interface QuotesState {
  readonly bySymbol: Readonly<Record<string, ShownQuote>>;
  readonly source: QuoteSource | null;
}

export interface QuotesStore extends StoreApi<QuotesState> {
  /** Takes a pushed quote; the screen learns of it in the next frame. */
  push(quote: QuotePayload): void;
  /** Takes the answer to a request made at `askedAt`; what was pushed since then is newer and stays. */
  answer(quotes: readonly QuotePayload[], askedAt: number): void;
}

const isSource = (state: QuoteState): state is QuoteSource => state !== 'stale' && state !== 'closed';

/** The latest quote per symbol. However many arrive, state changes once a frame, and only changed symbols get a new object. */
export function createQuotesStore({ frame, timers }: { frame: Frame; timers: Timers }): QuotesStore {
  const store = createStore<QuotesState>(() => ({ bySymbol: {}, source: null }));
  const waiting = new Map<string, ShownQuote>();

  const commit = () => {
    const { bySymbol, source } = store.getState();
    const latest = [...waiting.values()];
    waiting.clear();
    const states = latest.map((quote) => quote.state).filter(isSource);
    store.setState({
      bySymbol: { ...bySymbol, ...Object.fromEntries(latest.map((quote) => [quote.symbol, quote])) },
      source: states.at(-1) ?? source,
    });
  };

  const push = (quote: QuotePayload) => {
    waiting.set(quote.symbol, { ...quote, receivedAt: timers.now() });
    frame.schedule(commit);
  };

  return {
    ...store,
    push,
    answer(quotes, askedAt) {
      for (const quote of quotes) {
        const held = waiting.get(quote.symbol) ?? store.getState().bySymbol[quote.symbol];
        if (!held || held.receivedAt <= askedAt) push(quote);
      }
    },
  };
}
