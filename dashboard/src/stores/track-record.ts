import { createStore, type StoreApi } from 'zustand/vanilla';
import type { TrackRecordPayload } from '../../../src/protocol/signal-reports.ts';
import type { Api } from '../lib/api.ts';
import { every, type Timers } from '../lib/timers.ts';

/** A trade of a signal lasts minutes at least. */
export const TRACK_RECORD_INTERVAL_MS = 60_000;

export interface TrackRecordState {
  /** The last answer; null before the first. */
  readonly record: TrackRecordPayload | null;
  /** Why the last request failed; null where it did not. */
  readonly problem: string | null;
}

export interface TrackRecordStore extends StoreApi<TrackRecordState> {
  load(): Promise<void>;
  /** Loads, and loads again now and then. Returns what ends it; may be started again. */
  start(): () => void;
}

/** What followers of each source would have got, as the server computes it. */
export function createTrackRecordStore({
  api,
  timers,
}: {
  api: Pick<Api, 'trackRecord'>;
  timers: Timers;
}): TrackRecordStore {
  const store = createStore<TrackRecordState>(() => ({ record: null, problem: null }));
  /** Counts loads: an older answer, of another tier perhaps, replaces no newer one. */
  let turn = 0;

  async function load(): Promise<void> {
    turn += 1;
    const own = turn;
    try {
      const record = await api.trackRecord();
      if (own === turn) store.setState({ record, problem: null });
    } catch (error) {
      if (own === turn) store.setState({ problem: (error as Error).message });
    }
  }

  return {
    ...store,
    load,
    start() {
      void load();
      return every(timers, TRACK_RECORD_INTERVAL_MS, () => void load());
    },
  };
}
