import type { ReplicaState } from '../protocol/health-payloads.ts';
import type { MetricRegistry } from './registry.ts';

const REPLICA_STATES = Object.keys({
  ok: true,
  silent: true,
  draining: true,
} satisfies Record<ReplicaState, true>) as ReplicaState[];
const REDIS_STATES = { ok: 1, down: 0, off: -1 } as const;

export interface ClusterReadings {
  /** The state of each replica that this one has received a heartbeat of. */
  replicas(): readonly ReplicaState[];
  oldestHeartbeatMs(): number;
  /** Of the replica whose clock is furthest from ours, in either direction. */
  clockOffsetMs(): number;
  isEngine(): boolean;
  redis(): keyof typeof REDIS_STATES;
  /** Null while our own heartbeat does not come back. */
  busLagMs(): number | null;
  /** Bus messages and subscriptions since the start. */
  bus(): BusCounts;
}

export interface BusCounts {
  readonly late: number;
  readonly malformed: number;
  readonly version: number;
  /** Of no replica of this service, by reason. */
  readonly refused: Readonly<Record<string, number>>;
  readonly failed: number;
  readonly resubscribed: number;
  readonly relayed: number;
  readonly relayFailed: number;
}

export function readCluster(registry: MetricRegistry, read: ClusterReadings): void {
  registry.labelledGauge('tradecast_replicas', 'Replicas known to this one, by state', 'state', () => {
    const replicas = read.replicas();
    return Object.fromEntries(
      REPLICA_STATES.map((state) => [state, replicas.filter((one) => one === state).length]),
    );
  });
  registry.gauge(
    'tradecast_heartbeat_oldest_seconds',
    'Age of the last heartbeat of the replica with the oldest one',
    () => read.oldestHeartbeatMs() / 1_000,
  );
  registry.gauge(
    'tradecast_clock_offset_seconds',
    'Largest difference between the clock of this replica and that of another one; 0 while none is known',
    () => read.clockOffsetMs() / 1_000,
  );
  registry.gauge('tradecast_lease_held', '1 while this replica holds the engine lease, else 0', () =>
    Number(read.isEngine()),
  );
  registry.gauge(
    'tradecast_redis_up',
    '1 while Redis reaches the other replicas and refuses nothing, 0 while it does not, -1 without Redis',
    () => REDIS_STATES[read.redis()],
  );
  readBus(registry, read);
}

function readBus(registry: MetricRegistry, { bus, busLagMs }: ClusterReadings): void {
  registry.gauge(
    'tradecast_bus_lag_seconds',
    'From publishing a heartbeat to receiving it; -1 while none comes back',
    () => {
      const lagMs = busLagMs();
      return lagMs === null ? null : lagMs / 1_000;
    },
  );
  registry.labelledTotal(
    'tradecast_bus_dropped_total',
    'Bus messages dropped on arrival, by reason',
    'reason',
    () => {
      const { late, malformed, version, refused } = bus();
      return { late, malformed, version, ...refused };
    },
  );
  registry.total(
    'tradecast_bus_failed_total',
    'Bus messages that could not be published',
    () => bus().failed,
  );
  registry.total(
    'tradecast_bus_resubscribed_total',
    'Subscriptions to Redis that were renewed',
    () => bus().resubscribed,
  );
  registry.total(
    'tradecast_bus_relayed_total',
    'Bus messages relayed through the database while Redis was away',
    () => bus().relayed,
  );
  registry.total(
    'tradecast_bus_relay_failed_total',
    'Bus messages that the database could not relay',
    () => bus().relayFailed,
  );
}
