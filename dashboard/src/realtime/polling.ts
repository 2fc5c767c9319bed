import type { Timers } from '../lib/timers.ts';
import { type ConnectionState, type ConnectionStore, POLL_INTERVAL_MS } from '../stores/connection.ts';

/** A server that takes longer than the interval is left alone for this long. */
const LEAST_PAUSE_MS = 1_000;

export interface PollingOptions {
  readonly state: ConnectionStore;
  readonly timers: Timers;
  /** Fetches everything once. Rejects where the server cannot be reached. */
  refresh(): Promise<void>;
  /** The server answers again after it did not. */
  onBack(): void;
}

/**
 * Fetches over HTTP for as long as the connection is in its `polling` state, and once after each failed connect
 * before. Answers with what stops it.
 */
export function startPolling({ state, timers, refresh, onBack }: PollingOptions): () => void {
  let cancel = () => {};
  let polling = false;

  async function poll() {
    const startedAt = timers.now();
    let offline = false;
    try {
      await refresh();
    } catch {
      offline = true;
    }
    if (!polling) return;
    const back = !offline && state.getState().offline;
    state.setState({ offline });
    if (back) onBack();
    // Slow answers must not slow the pace as well.
    const spent = timers.now() - startedAt;
    cancel = timers.after(Math.max(LEAST_PAUSE_MS, POLL_INTERVAL_MS - spent), () => void poll());
  }

  const follow = ({ status, failures }: ConnectionState, before: ConnectionState) => {
    // A loss alone needs no request: it befalls all browsers of a replica at once.
    const failed = failures > before.failures && !before.connected;
    if (status !== 'polling' && failed) void refresh().catch(() => {});
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
