import { createStore, type StoreApi } from 'zustand/vanilla';
import type { MonitorPayload } from '../../../src/protocol/health-payloads.ts';
import type { Api } from '../lib/api.ts';
import { ApiError } from '../lib/http.ts';
import { every, type Timers } from '../lib/timers.ts';

/** Heartbeats come every second; twice that keeps the page calm and the server idle. */
export const MONITOR_INTERVAL_MS = 2_000;

export interface MonitorState {
  /** The last answer, however old; null before the first one. */
  readonly payload: MonitorPayload | null;
  /** When it arrived, milliseconds since epoch; 0 before. */
  readonly receivedAt: number;
  /** Why the last request failed; null when it succeeded. */
  readonly problem: string | null;
  /** The account is no administrator's: another request would fail as well. */
  readonly forbidden: boolean;
}

export interface MonitorStore extends StoreApi<MonitorState> {
  /** Requests now and every two seconds, one request at a time; returns what ends it. */
  watch(): () => void;
  /** Requests now. */
  ask(): Promise<void>;
}

export function createMonitorStore({
  api,
  timers,
}: {
  api: Pick<Api, 'monitor'>;
  timers: Timers;
}): MonitorStore {
  const store = createStore<MonitorState>(() => ({
    payload: null,
    receivedAt: 0,
    problem: null,
    forbidden: false,
  }));
  let asking = false;

  async function ask(): Promise<void> {
    if (asking || store.getState().forbidden) return;
    asking = true;
    try {
      const payload = await api.monitor();
      store.setState({ payload, receivedAt: timers.now(), problem: null });
    } catch (error) {
      const forbidden = error instanceof ApiError && error.code === 'FORBIDDEN';
      store.setState({ problem: (error as Error).message, forbidden });
    } finally {
      asking = false;
    }
  }

  return {
    ...store,
    ask,
    watch() {
      void ask();
      return every(timers, MONITOR_INTERVAL_MS, () => void ask());
    },
  };
}
