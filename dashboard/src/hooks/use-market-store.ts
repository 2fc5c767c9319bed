import { useStore } from 'zustand';
import type { MarketState } from '../stores/market.ts';
import { useDesk } from './websocket-context.tsx';

/** A part of the marketStore of this page: the latest quote of each symbol, and whether the page is connected. */
export function useMarketStore<Part>(select: (state: MarketState) => Part): Part {
  return useStore(useDesk().marketStore, select);
}
