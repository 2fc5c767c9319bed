import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Timers } from '../lib/timers.ts';
import type { TradeEntry } from './trades.ts';

/** Events are told together as long as no pause between them is longer. */
const PAUSE_MS = 100;
/** Of what goes on and on, something is told by then; a replay is told when it ends. */
const MAX_WAIT_MS = 1_000;
/** More toasts than this at once is a storm: one summary instead. */
const MAX_TOASTS = 3;

export type Notice =
  | { readonly kind: 'trade'; readonly entry: TradeEntry }
  | {
      readonly kind: 'summary';
      readonly executed: number;
      readonly failed: number;
      /** They happened while this browser was not connected. */
      readonly missed: boolean;
    };

export interface NoticesState {
  /** What is to be told now; a new array each time. */
  readonly due: readonly Notice[];
}

export interface NoticesStore extends StoreApi<NoticesState> {
  add(entry: TradeEntry, missed: boolean): void;
  stop(): void;
}

/** Of the fills of one order the last says it all. */
function lastOfEach(entries: readonly TradeEntry[]): TradeEntry[] {
  return entries.filter(({ event, payload }, index) => {
    const { orderId } = payload;
    if (event !== 'trade:executed' || orderId === undefined) return true;
    return !entries
      .slice(index + 1)
      .some((later) => later.event === event && later.payload.orderId === orderId);
  });
}

function summarise(entries: readonly TradeEntry[], missed: boolean): Notice[] {
  const told = lastOfEach(entries);
  if (told.length <= MAX_TOASTS) return told.map((entry) => ({ kind: 'trade', entry }));
  const executed = entries.filter((entry) => entry.event === 'trade:executed').length;
  return [{ kind: 'summary', executed, failed: entries.length - executed, missed }];
}

/** Decides what becomes a toast. */
export function createNoticesStore({ timers }: { timers: Timers }): NoticesStore {
  const store = createStore<NoticesState>(() => ({ due: [] }));
  let gathered: { entry: TradeEntry; missed: boolean }[] = [];
  let since = 0;
  let cancel = () => {};

  const tell = () => {
    const all = gathered;
    gathered = [];
    const entries = all.map(({ entry }) => entry);
    store.setState({
      due: summarise(
        entries,
        all.every(({ missed }) => missed),
      ),
    });
  };

  return {
    ...store,
    add(entry, missed) {
      if (gathered.length === 0) since = timers.now();
      gathered.push({ entry, missed });
      const longest = missed ? PAUSE_MS : since + MAX_WAIT_MS - timers.now();
      cancel();
      cancel = timers.after(Math.max(0, Math.min(PAUSE_MS, longest)), tell);
    },
    stop: () => cancel(),
  };
}
