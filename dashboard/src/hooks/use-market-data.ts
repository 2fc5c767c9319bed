import { useStore } from 'zustand';
import { useShallow } from 'zustand/react/shallow';
import type { QuotePayload } from '../../../src/protocol/quotes.ts';
import { toSymbol } from '../lib/symbols.ts';
import type { Shown } from '../stores/keyed.ts';
import { useSubjects } from './use-topic.ts';
import { useDesk } from './websocket-context.tsx';

export interface MarketDatum {
  /** As the market writes it: `AAPL` for `aapl`. */
  readonly symbol: string;
  /** Undefined before the first quote. */
  readonly data: Shown<QuotePayload> | undefined;
}

/** Quotes of these symbols in their order, kept coming while mounted. */
export function useMarketData(names: readonly string[]): {
  readonly quotes: readonly MarketDatum[];
  readonly isConnected: boolean;
} {
  const { marketStore } = useDesk();
  const symbols = names.map(toSymbol);
  useSubjects('quote', symbols);
  const isConnected = useStore(marketStore, (state) => state.isConnected);
  const quotes = useStore(
    marketStore,
    useShallow((state) => symbols.map((symbol) => state.quotes[symbol])),
  );
  return { quotes: symbols.map((symbol, index) => ({ symbol, data: quotes[index] })), isConnected };
}
