import { createStore, type StoreApi } from 'zustand/vanilla';
import type { TrackRecordPayload } from '../../../src/protocol/signal-reports.ts';
import type { Api } from '../lib/api.ts';
import { random } from '../lib/random.ts';
import type { Timers } from '../lib/timers.ts';
import type { ShownSignal, SignalsStore } from './signals.ts';

/** A quote may come a minute after its signal. */
export const TRACK_RECORD_INTERVAL_MS = 60_000;
/** The next quote of a market that moves is recorded by then. */
export const RECORDED_MS = 4_000;
/** Pages that hear of a signal at the same moment do not all ask at the same moment. */
const SPREAD_MS = 4_000;

export interface TrackRecordState {
  /** The last answer; null before the first. */
  readonly record: TrackRecordPayload | null;
  /** Why the last request failed; null where it did not. */
  readonly problem: string | null;
}

export interface TrackRecordStore extends StoreApi<TrackRecordState> {
  load(): Promise<void>;
  /** Loads, again soon after each signal and expiry, and now and then. Returns what ends it; may be started again. */
  start(): () => void;
}

export interface TrackRecordParts {
  readonly api: Pick<Api, 'trackRecord'>;
  readonly timers: Timers;
  readonly signals: Pick<SignalsStore, 'getState' | 'subscribe'>;
}

/** What followers of each source would have got, as the server computes it. */
export function createTrackRecordStore({ api, timers, signals }: TrackRecordParts): TrackRecordStore {
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

  return { ...store, load, start: () => follow(() => void load(), timers, signals) };
}

/** Loads after what may change the record. Several changes at once are one load. */
function follow(load: () => void, timers: Timers, signals: TrackRecordParts['signals']): () => void {
  let cancel = () => {};
  let plannedAt = Number.POSITIVE_INFINITY;
  let heardAt = Number.NEGATIVE_INFINITY;

  function plan(at: number): void {
    if (at >= plannedAt) return;
    cancel();
    plannedAt = at;
    cancel = timers.after(at - timers.now(), run);
  }
  /** What was asked for a moment after a signal lacks its quote: it is asked for again. */
  function planNext(): void {
    const now = timers.now();
    const changes = [heardAt, ...signals.getState().signals.map(endOf)];
    const next = Math.min(...changes.map((at) => at + RECORDED_MS).filter((at) => at > now));
    plan(Math.min(next + random() * SPREAD_MS, now + TRACK_RECORD_INTERVAL_MS));
  }
  function run(): void {
    plannedAt = Number.POSITIVE_INFINITY;
    load();
    planNext();
  }

  run();
  const unsubscribe = signals.subscribe((state, before) => {
    const known = new Set(before.signals);
    if (!before.settled || state.signals.every((signal) => known.has(signal))) return;
    heardAt = timers.now();
    planNext();
  });
  return () => {
    unsubscribe();
    cancel();
  };
}

/** When a signal expires, milliseconds since epoch; never, for most. */
const endOf = ({ expiresAt }: ShownSignal): number =>
  expiresAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(expiresAt);
