import type {
  FeedHealth,
  LatencyPayload,
  ReplicaDrops,
  ReplicaRecoveries,
} from '../../protocol/health-payloads.ts';

/** What a replica has done since it started; two of them make a rate. */
export interface ReplicaTotals {
  /** Events received from clients. */
  readonly in: number;
  /** Events sent to clients, quotes and signals apart. */
  readonly out: number;
  /** Quotes sent to clients. */
  readonly quotes: number;
  /** Quotes that a newer one replaced before a slow socket read them. */
  readonly conflated: number;
  /** Connections closed because they did not read. */
  readonly slowConsumers: number;
  /** Events of users' journals sent to clients. */
  readonly events: number;
  /** `journal:head` sent to clients. */
  readonly heads: number;
  readonly orders: number;
  readonly hooks: number;
}

/**
 * The state of one replica, published every second: about 800 bytes.
 * Times are milliseconds since epoch, counters since its start.
 */
export interface ReplicaStatus {
  readonly replica: string;
  readonly version: string;
  readonly startedAt: number;
  readonly at: number;
  readonly draining: boolean;
  readonly connections: number;
  readonly users: number;
  /** Fencing number of the engine lease if this replica is the engine. */
  readonly lease: number | null;
  /** Since when it has been the engine. */
  readonly leaseSince: number | null;
  /**
   * Of the engine's loop over orders; `off` on every other replica.
   * A newer replica may report another state, here and in `redis`.
   */
  readonly executor: 'off' | 'reconciling' | 'trading';
  /** The feed as the engine knows it; null on every other replica. */
  readonly feed: FeedHealth | null;
  /** The feed of contracts in the same way. */
  readonly optionFeed: FeedHealth | null;
  /** What the engine asks upstream for; 0 on every other replica. */
  readonly stockSymbols: number;
  readonly optionContracts: number;
  /** Shares whose orders wait on the engine because the source of splits did not answer; 0 on every other replica. */
  readonly sharesWithoutSplits: number;
  readonly redis: 'off' | 'ok' | 'down';
  /** `ok`, or a sentence. */
  readonly database: string;
  readonly busLagMs: number | null;
  readonly drops: Readonly<ReplicaDrops>;
  readonly recoveries: Readonly<ReplicaRecoveries>;
  readonly totals: ReplicaTotals;
  readonly latency: Readonly<LatencyPayload> | null;
  readonly queueBytes: number;
}

/** What counts for a field that a replica of another version does not report. */
export const UNREPORTED: Omit<ReplicaStatus, 'replica'> = {
  version: '',
  startedAt: 0,
  at: 0,
  draining: false,
  connections: 0,
  users: 0,
  lease: null,
  leaseSince: null,
  executor: 'off',
  feed: null,
  optionFeed: null,
  stockSymbols: 0,
  optionContracts: 0,
  sharesWithoutSplits: 0,
  redis: 'ok',
  database: 'ok',
  busLagMs: null,
  drops: { late: 0, malformed: 0, version: 0, refused: 0, failed: 0, quotes: 0 },
  recoveries: { journalGaps: 0, resubscribed: 0, stalls: 0 },
  totals: {
    in: 0,
    out: 0,
    quotes: 0,
    conflated: 0,
    slowConsumers: 0,
    events: 0,
    heads: 0,
    orders: 0,
    hooks: 0,
  },
  latency: null,
  queueBytes: 0,
};

/** A heartbeat as it came over the bus, perhaps from a version with fewer fields; null for anything else. */
export function readStatus(message: Partial<ReplicaStatus>): ReplicaStatus | null {
  const { replica, at, startedAt } = message;
  if (typeof replica !== 'string' || !Number.isFinite(at) || !Number.isFinite(startedAt)) return null;
  return {
    ...UNREPORTED,
    ...message,
    replica,
    drops: { ...UNREPORTED.drops, ...message.drops },
    recoveries: { ...UNREPORTED.recoveries, ...message.recoveries },
    totals: { ...UNREPORTED.totals, ...message.totals },
  };
}
