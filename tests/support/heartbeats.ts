import { silentLog } from '../../rig/log.ts';
import { createLocalBus } from '../../src/adapters/local/bus.ts';
import type { BusLink } from '../../src/domain/bus/link.ts';
import { type ReplicaStatus, readStatus } from '../../src/domain/monitor/replica-status.ts';
import { createReplicas, type Replicas } from '../../src/domain/monitor/replicas.ts';
import { heartbeatTopic } from '../../src/domain/monitor/topics.ts';
import { createManualClock, type ManualClock } from './manual-clock.ts';

const START = Date.parse('2026-03-02T15:30:00Z');

/** The status of an idle replica. */
export const statusOf = (replica: string, told: Partial<ReplicaStatus> = {}): ReplicaStatus =>
  readStatus({ replica, version: '1.0.0', startedAt: START - 60_000, at: START, busLagMs: 1, ...told })!;

/** The engine's status on top: its feed flows. */
export const engineStatus = (replica: string, told: Partial<ReplicaStatus> = {}): ReplicaStatus =>
  statusOf(replica, {
    lease: 7,
    leaseSince: START - 50_000,
    executor: 'trading',
    feed: { source: 'simulated', state: 'live', lastTickAgeMs: 40, leader: replica },
    ...told,
  });

export interface Heartbeats {
  readonly replicas: Replicas;
  readonly clock: ManualClock;
  readonly link: { current: ReturnType<BusLink['state']> };
  /** What the replica under test reports from now on. */
  own: Partial<ReplicaStatus>;
  /** A heartbeat of another one arrives now. */
  hear(replica: string, told?: Partial<ReplicaStatus>): void;
  /** Lets seconds pass in which these others report the same every second. */
  pass(seconds: number, others?: Readonly<Record<string, Partial<ReplicaStatus>>>): void;
}

/** A replica named `own` that receives what the test publishes. */
export function createHeartbeats(): Heartbeats {
  const clock = createManualClock(START);
  const bus = createLocalBus(silentLog);
  const link: Heartbeats['link'] = { current: 'ok' };
  const heartbeats: Heartbeats = {
    clock,
    link,
    own: {},
    replicas: createReplicas({
      bus,
      link: { state: () => link.current },
      clock,
      status: () => engineStatus('own', { at: clock.now(), ...heartbeats.own }),
    }),
    hear: (replica, told) => bus.publish(heartbeatTopic, statusOf(replica, { at: clock.now(), ...told })),
    pass(seconds, others = {}) {
      for (let second = 0; second < seconds; second++) {
        clock.advance(1_000);
        for (const [replica, told] of Object.entries(others)) heartbeats.hear(replica, told);
      }
    },
  };
  return heartbeats;
}
