import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Timers } from '../lib/timers.ts';
import type { TradeEntry } from './trades.ts';

/** Events without a longer pause between them are reported together. */
const PAUSE_MS = 100;
/** A stream without such a pause is reported by then; a replay of missed events when it ends. */
const MAX_WAIT_MS = 1_000;
/** More toasts than this at once hide each other: one summary instead. */
const MAX_TOASTS = 3;

export type Notice =
  | { readonly kind: 'trade'; readonly entry: TradeEntry }
  | {
      readonly kind: 'summary';
      readonly executed: number;
      readonly failed: number;
      readonly adjusted: number;
      /** They happened while this browser was not connected. */
      readonly missed: boolean;
    };

export interface NoticesState {
  /** Notices that no toast has shown yet. */
  readonly due: readonly Notice[];
}

export interface NoticesStore extends StoreApi<NoticesState> {
  add(entry: TradeEntry, missed: boolean): void;
  /** What is due, for the caller alone to show. */
  take(): readonly Notice[];
  stop(): void;
}

/** Of the fills of one order the last says what the earlier ones did. */
function lastOfEach(entries: readonly TradeEntry[]): TradeEntry[] {
  return entries.filter((entry, index) => {
    if (entry.event !== 'trade:executed' || entry.payload.orderId === undefined) return true;
    const { orderId } = entry.payload;
    return !entries
      .slice(index + 1)
      .some((later) => later.event === 'trade:executed' && later.payload.orderId === orderId);
  });
}

function summarise(entries: readonly TradeEntry[], missed: boolean): Notice[] {
  const last = lastOfEach(entries);
  if (last.length <= MAX_TOASTS) return last.map((entry) => ({ kind: 'trade', entry }));
  const count = (event: TradeEntry['event']) => entries.filter((entry) => entry.event === event).length;
  return [
    {
      kind: 'summary',
      executed: count('trade:executed'),
      failed: count('trade:failed'),
      adjusted: count('position:adjusted'),
      missed,
    },
  ];
}

/** Decides what becomes a toast. */
export function createNoticesStore({ timers }: { timers: Timers }): NoticesStore {
  const store = createStore<NoticesState>(() => ({ due: [] }));
  let gathered: { entry: TradeEntry; missed: boolean }[] = [];
  let since = 0;
  let cancel = () => {};

  const report = () => {
    const entries = gathered.map(({ entry }) => entry);
    const missed = gathered.every((one) => one.missed);
    gathered = [];
    store.setState(({ due }) => ({ due: [...due, ...summarise(entries, missed)] }));
  };

  return {
    ...store,
    add(entry, missed) {
      if (gathered.length === 0) since = timers.now();
      gathered.push({ entry, missed });
      const longest = missed ? PAUSE_MS : since + MAX_WAIT_MS - timers.now();
      cancel();
      cancel = timers.after(Math.max(0, Math.min(PAUSE_MS, longest)), report);
    },
    take() {
      const { due } = store.getState();
      if (due.length > 0) store.setState({ due: [] });
      return due;
    },
    stop: () => cancel(),
  };
}
