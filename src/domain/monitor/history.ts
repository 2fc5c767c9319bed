import type { Cancel, Clock } from '../../lib/clock.ts';
import type { IncidentPayload, MonitorPayload } from '../../protocol/health-payloads.ts';
import type { BusLink } from '../bus/link.ts';
import type { Incidents } from './incidents.ts';
import type { SeenReplica } from './replica-log.ts';
import { engineOf, type Replicas } from './replicas.ts';

export type ConnectionHistory = MonitorPayload['history'];

/** The shared memory of the replicas, for one that has just started. */
export interface Remembered {
  readonly history: ConnectionHistory;
  readonly incidents: readonly IncidentPayload[];
}

/** The store of the shared memory. While it is away nothing else is lost. */
export interface HistoryStore {
  /** Null where the store is empty or away; never throws. */
  load(): Promise<Remembered | null>;
  save(remembered: Remembered): void;
  /** Called whenever the store can be reached (again). */
  onReachable(listener: () => void): void;
}

/** Connections over the last hour, in memory of each replica. */
export interface History {
  connections(): ConnectionHistory;
  start(): void;
  stop(): void;
}

const SAMPLE_MS = 10_000;
export const SAMPLES = 360;
const LOOK_MS = 1_000;
/** By then a replica that has just started, or whose bus has just come back, has a heartbeat of every other one. */
const SETTLED_MS = 3_000;

export interface HistoryParts {
  readonly replica: string;
  readonly replicas: Pick<Replicas, 'all'>;
  readonly incidents: Pick<Incidents, 'all' | 'merge'>;
  readonly link: Pick<BusLink, 'state'>;
  readonly store: HistoryStore;
  readonly clock: Clock;
}

export function createHistory(parts: HistoryParts): History {
  const { replica, replicas, incidents, link, store, clock } = parts;
  /** Connections by the number of their ten seconds since the epoch: the same number on every replica. */
  const samples = new Map<number, number>();
  /** From then on a replica without a heartbeat is not there. */
  let settledAt = 0;
  let isNew = true;
  let isComplete = false;
  let cancel: Cancel = () => {};

  const slotOf = (time: number): number => Math.floor(time / SAMPLE_MS);

  function look(): void {
    const now = clock.now();
    const slot = slotOf(now);
    if (link.state() === 'down') settledAt = now + SETTLED_MS;
    if (samples.has(slot)) return;
    const seen = replicas.all();
    // A replica without a heartbeat may have any number of connections: the sum is unknown.
    if (now < settledAt && (isNew || seen.some(({ state }) => state === 'silent'))) return;
    isNew = false;
    samples.set(slot, totalOf(seen));
    for (const old of samples.keys()) if (old <= slot - SAMPLES) samples.delete(old);
    // Only a replica that has read what was there before may write over it.
    if (isComplete && engineOf(seen)?.status.replica === replica)
      store.save({ history: connections(), incidents: incidents.all() });
  }

  async function remember(): Promise<void> {
    isComplete = false;
    const remembered = await store.load();
    isComplete = true;
    if (!remembered) return;
    incidents.merge(remembered.incidents);
    const first = slotOf(Date.parse(remembered.history.from));
    const oldest = slotOf(clock.now()) - SAMPLES;
    remembered.history.connections.forEach((count, index) => {
      const slot = first + index;
      if (count !== null && slot > oldest && !samples.has(slot)) samples.set(slot, count);
    });
  }

  function connections(): ConnectionHistory {
    const known = [...samples.keys()];
    const last = known.length === 0 ? slotOf(clock.now()) : Math.max(...known);
    const first = known.length === 0 ? last : Math.min(...known);
    return {
      from: new Date(first * SAMPLE_MS).toISOString(),
      everyMs: SAMPLE_MS,
      connections: known.length === 0 ? [] : range(first, last).map((slot) => samples.get(slot) ?? null),
    };
  }

  // From the beginning: the store may be reached before this starts.
  store.onReachable(() => void remember());

  return {
    connections,
    start() {
      settledAt = clock.now() + SETTLED_MS;
      cancel = clock.every(LOOK_MS, look);
    },
    stop: () => cancel(),
  };
}

const totalOf = (seen: readonly SeenReplica[]): number =>
  seen.filter(({ state }) => state !== 'silent').reduce((sum, { status }) => sum + status.connections, 0);

const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);
