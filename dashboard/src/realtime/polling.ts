import type { StoreApi } from 'zustand/vanilla';
import type { Timers } from '../lib/timers.ts';
import type { ConnectionState } from './connection.ts';

/** Fresh enough to be useful, and five hundred pollers are still only a hundred requests a second. */
export const POLL_INTERVAL_MS = 5_000;

export interface PollingOptions {
  readonly state: StoreApi<ConnectionState>;
  readonly timers: Timers;
  /** Fetches everything once. Rejects where the server cannot be reached. */
  refresh(): Promise<void>;
}

/** Fetches over HTTP for as long as the connection is in its `polling` state. Answers with what stops it. */
export function startPolling({ state, timers, refresh }: PollingOptions): () => void {
  let cancel = () => {};
  let polling = false;

  async function poll() {
    let offline = false;
    try {
      await refresh();
    } catch {
      offline = true;
    }
    if (!polling) return;
    state.setState({ offline });
    cancel = timers.after(POLL_INTERVAL_MS, () => void poll());
  }

  const follow = ({ status }: ConnectionState) => {
    const wanted = status === 'polling';
    if (wanted === polling) return;
    polling = wanted;
    cancel();
    if (polling) void poll();
  };
  const unsubscribe = state.subscribe(follow);

  return () => {
    unsubscribe();
    polling = false;
    cancel();
  };
}
