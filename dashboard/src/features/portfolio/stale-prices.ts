import { useStore } from 'zustand';
import type { PositionPayload } from '../../../../src/protocol/portfolio.ts';
import { useSharedStores } from '../../hooks/shared-stores.tsx';
import { useDesk } from '../../hooks/websocket-context.tsx';
import { isStopped } from '../../stores/feed.ts';

/**
 * Whether the positions are valued at prices that are not the present ones: all quotes of them that are known
 * here are stale, or the feed has stopped. `since` is the time of the newest one.
 */
export function useStalePrices(positions: readonly PositionPayload[]): {
  stale: boolean;
  since: string | null;
} {
  const { states } = useDesk();
  const { feed: feeds } = useSharedStores();
  const stopped = useStore(feeds, ({ feed }) => isStopped(feed));
  /** The newest time of stale quotes; empty where one is not stale or none is known. */
  const since = useStore(states.quote, ({ bySubject }) => {
    const known = positions.flatMap(({ symbol }) => bySubject[symbol] ?? []);
    if (!stopped && known.some(({ state }) => state !== 'stale')) return '';
    return known.reduce((latest, { timestamp }) => (timestamp > latest ? timestamp : latest), '');
  });
  return { stale: positions.length > 0 && (stopped || since !== ''), since: since || null };
}
