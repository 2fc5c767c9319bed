import { useEffect } from 'react';
import type { WatchlistStore } from '../stores/watchlist.ts';
import { useSharedStores } from './shared-stores.tsx';

/** The watchlist, requested with the first component that uses it. */
export function useWatchlist(): WatchlistStore {
  const { watchlist } = useSharedStores();
  useEffect(() => watchlist.open(), [watchlist]);
  return watchlist;
}
