import { createStore, type StoreApi } from 'zustand/vanilla';
import type { JournalEntryPayload } from '../../../src/protocol/events.ts';

/** More than a reader scrolls through; older ones stay in the journal. */
export const MAX_SHOWN = 200;

const SHOWN = ['trade:executed', 'trade:failed', 'position:adjusted'] as const;
/** What the reader is told of: trades, failures, and positions that changed without a trade. */
export type TradeEntry = Extract<JournalEntryPayload, { event: (typeof SHOWN)[number] }>;

export interface TradesState {
  readonly status: 'loading' | 'ready' | 'failed';
  /** Newest first. */
  readonly entries: readonly TradeEntry[];
  /** Whether there are older ones, which only the journal has. */
  readonly older: boolean;
}

export interface TradesStore extends StoreApi<TradesState> {
  add(entry: TradeEntry): void;
  /** Starts over with what was read of the journal, oldest first. */
  reset(entries: readonly JournalEntryPayload[]): void;
  fail(): void;
}

/** False for events that a newer server journals and this page does not know. */
export const isTrade = (entry: JournalEntryPayload): entry is TradeEntry =>
  (SHOWN as readonly string[]).includes(entry.event);

/** Trades executed and failed and adjusted positions, as the journal has them: the same list after a reload. */
export function createTradesStore(): TradesStore {
  const store = createStore<TradesState>(() => ({ status: 'loading', entries: [], older: false }));
  return {
    ...store,
    add: (entry) =>
      store.setState(({ entries, older }) => ({
        entries: [entry, ...entries].slice(0, MAX_SHOWN),
        older: older || entries.length >= MAX_SHOWN,
      })),
    reset(entries) {
      const trades = entries.filter(isTrade);
      const [first] = entries;
      store.setState({
        status: 'ready',
        entries: trades.toReversed().slice(0, MAX_SHOWN),
        older: trades.length > MAX_SHOWN || (first !== undefined && first.payload.seq > 1),
      });
    },
    fail: () => store.setState({ status: 'failed' }),
  };
}
