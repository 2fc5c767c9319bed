import { createStore, type StoreApi } from 'zustand/vanilla';
import type { FeedHealth } from '../../../src/protocol/health-payloads.ts';
import type { MarketStatusPayload } from '../../../src/protocol/market.ts';

export interface MarketState {
  readonly status: MarketStatusPayload | null;
  /** What the server says of the source of its prices. */
  readonly feed: FeedHealth | null;
}

export type MarketStore = StoreApi<MarketState>;

export const createMarketStore = (): MarketStore =>
  createStore<MarketState>(() => ({ status: null, feed: null }));
