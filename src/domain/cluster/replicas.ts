import type { Clock } from '../../lib/clock.ts';
import type { FeedHealth } from '../../protocol/payloads.ts';
import type { Bus, BusLink } from './bus.ts';

/** How one replica is, as it says every second. Times are milliseconds since epoch, counters since its start. */
export interface ReplicaStatus {
  readonly replica: string;
  readonly version: string;
  readonly startedAt: number;
  readonly at: number;
  readonly draining: boolean;
  readonly connections: number;
  readonly users: number;
  /** Fencing number of the engine lease where this replica holds it. */
  readonly lease: number | null;
  /** The feed as the engine has it; null on every other replica. */
  readonly feed: FeedHealth | null;
}

export interface SeenReplica {
  readonly status: ReplicaStatus;
  /** Since its last heartbeat, milliseconds. */
  readonly ageMs: number;
}

/** The replicas as this one has heard of them, itself included. */
export interface Replicas {
  /** Replicas last seen alive, at least 1; does not fall while the bus is down and nobody can be heard. */
  count(): number;
  all(): readonly SeenReplica[];
  start(): void;
  stop(): void;
}

export const HEARTBEAT_MS = 1_000;
/** A replica that has missed this much is not counted, milliseconds. */
export const REPLICA_TIMEOUT_MS = 5_000;
/** One that came back no more is forgotten, milliseconds. */
const FORGET_MS = 60_000;

export function createReplicas({
  bus,
  link,
  clock,
  status,
}: {
  readonly bus: Bus;
  readonly link: Pick<BusLink, 'state'>;
  readonly clock: Clock;
  /** This replica, now. */
  readonly status: () => ReplicaStatus;
}): Replicas {
  const seen = new Map<string, { status: ReplicaStatus; heardAt: number }>();
  let lastCount = 1;

  const beat = (): void => {
    bus.publish('heartbeat', status());
    const now = clock.now();
    for (const [name, { heardAt }] of seen) if (now - heardAt > FORGET_MS) seen.delete(name);
    if (link.state() === 'down') return;
    const alive = [...seen.values()].filter(({ heardAt }) => now - heardAt < REPLICA_TIMEOUT_MS);
    lastCount = Math.max(1, alive.length);
  };
  let stops: (() => void)[] = [];

  return {
    count: () => lastCount,
    all: () => [...seen.values()].map((one) => ({ status: one.status, ageMs: clock.now() - one.heardAt })),
    start() {
      stops = [
        bus.subscribe('heartbeat', (heard) => {
          seen.set(heard.replica, { status: heard, heardAt: clock.now() });
        }),
        clock.every(HEARTBEAT_MS, beat),
      ];
      beat();
    },
    stop() {
      for (const stop of stops.splice(0)) stop();
    },
  };
}
