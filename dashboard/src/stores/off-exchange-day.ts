import { createStore, type StoreApi } from 'zustand/vanilla';
import type { DarkpoolDay } from '../../../src/protocol/darkpool.ts';
import type { Api } from '../lib/api.ts';
import type { Timers } from '../lib/timers.ts';

/** The amounts beside it are pushed; minutes and large prints may lag behind by this. */
export const DAY_INTERVAL_MS = 10_000;

export interface SymbolDayState {
  /** The last answer; null before the first. */
  readonly day: DarkpoolDay | null;
  /** When it came, milliseconds since epoch; 0 before. */
  readonly receivedAt: number;
  /** Why the last request failed; null where it did not. */
  readonly problem: string | null;
}

export interface SymbolDayStore extends StoreApi<SymbolDayState> {
  load(): Promise<void>;
  /** Loads, and loads again now and then. Returns what ends it; may be started again. */
  start(): () => void;
}

export interface SymbolDayOptions {
  readonly api: Pick<Api, 'offExchangeDay'>;
  readonly timers: Timers;
  readonly symbol: string;
}

/** Minutes, largest prints, gaps and late reports of one symbol on the present day. */
export function createSymbolDayStore({ api, timers, symbol }: SymbolDayOptions): SymbolDayStore {
  const store = createStore<SymbolDayState>(() => ({ day: null, receivedAt: 0, problem: null }));
  let cancel = () => {};
  let running = false;

  async function load(): Promise<void> {
    cancel();
    try {
      const day = await api.offExchangeDay(symbol);
      store.setState({ day, receivedAt: timers.now(), problem: null });
    } catch (error) {
      store.setState({ problem: (error as Error).message });
    }
    cancel();
    if (running) cancel = timers.after(DAY_INTERVAL_MS, () => void load());
  }

  return {
    ...store,
    load,
    start() {
      running = true;
      void load();
      return () => {
        running = false;
        cancel();
      };
    },
  };
}
