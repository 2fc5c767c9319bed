import { createStore, type StoreApi } from 'zustand/vanilla';
import type { JournalEntryPayload } from '../../../src/protocol/events.ts';

/** More than a reader scrolls through; older ones stay in the journal. */
export const MAX_SHOWN = 200;

export type TradeEntry = Extract<JournalEntryPayload, { event: 'trade:executed' | 'trade:failed' }>;

export interface TradesState {
  readonly status: 'loading' | 'ready' | 'failed';
  /** Newest first. */
  readonly entries: readonly TradeEntry[];
}

export interface TradesStore extends StoreApi<TradesState> {
  add(entry: TradeEntry): void;
  /** Starts over with what the journal holds, oldest first. */
  reset(entries: readonly TradeEntry[]): void;
  fail(): void;
}

/** False for events that a newer server journals and this page does not know. */
export const isTrade = (entry: JournalEntryPayload): entry is TradeEntry =>
  entry.event === 'trade:executed' || entry.event === 'trade:failed';

/** Trades executed and failed, as the journal has them: the same list after a reload. */
export function createTradesStore(): TradesStore {
  const store = createStore<TradesState>(() => ({ status: 'loading', entries: [] }));
  return {
    ...store,
    add: (entry) => store.setState(({ entries }) => ({ entries: [entry, ...entries].slice(0, MAX_SHOWN) })),
    reset: (entries) =>
      store.setState({ status: 'ready', entries: [...entries].reverse().slice(0, MAX_SHOWN) }),
    fail: () => store.setState({ status: 'failed' }),
  };
}
