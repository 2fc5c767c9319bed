/** How the service is, on the wire: the answers of the health routes and of the Monitor page. */
import type { DarkpoolScope } from './darkpool.ts';
import { route } from './declare.ts';

export interface FeedHealth {
  /** Which feed, by its name in FEED. */
  source: string;
  state: 'connecting' | 'live' | 'delayed' | 'silent' | 'down' | 'refused' | 'ended';
  lastTickAgeMs: number | null;
  /** The engine's replica; null without an engine, and then `state` is `down`. */
  leader: string | null;
  /** A sentence for the operator where the state needs one. */
  detail?: string;
}

/** One of the two feeds, and how much it serves. */
export interface ServedFeed extends FeedHealth {
  /** Whether upstream is connected. */
  connected: boolean;
  /** Symbols or contracts that upstream is asked for, by all replicas together. */
  subscribed: number;
}

/** GET /ready: a check is `ok`, `off` where the part is not configured, or a sentence. */
export interface ReadinessPayload {
  status: 'ready' | 'not ready';
  checks: Record<'database' | 'redis' | 'feed' | 'lease' | 'draining', string>;
}

/** From feed to socket, in milliseconds. */
export interface LatencyPayload {
  p50: number;
  p95: number;
  p99: number;
}

/** `silent`: its heartbeat is missing. `draining`: it is stopping and closes its connections. */
export type ReplicaState = 'ok' | 'silent' | 'draining';

/** What a replica dropped since its start: bus messages by reason, and messages with quotes. */
export interface ReplicaDrops {
  late: number;
  malformed: number;
  /** Sent by a replica with another version of the bus. */
  version: number;
  /** Sent by no replica of this service, or a second time. */
  refused: number;
  /** Not sent, because Redis was away. */
  failed: number;
  /** From a former engine, or too old. */
  quotes: number;
}

/** What a replica repaired since its start. */
export interface ReplicaRecoveries {
  /** Gaps in a user's stream that were filled from the journal. */
  journalGaps: number;
  /** Subscriptions to Redis that were renewed. */
  resubscribed: number;
  /** Times the process stalled. */
  stalls: number;
}

/** One replica, by its last heartbeat. */
export interface ReplicaHealth {
  replica: string;
  version: string;
  state: ReplicaState;
  /** Since its last heartbeat. */
  ageMs: number;
  connections: number;
  /** Users with a connection to it. */
  users: number;
  /** Seconds. */
  uptime: number;
  /** Fencing number of the engine lease if it is the engine. */
  lease: number | null;
  redis: 'off' | 'ok' | 'down';
  database: string;
  /** From sending a heartbeat to receiving it; null without Redis or while it is away. */
  busLagMs: number | null;
  /** How far its clock is ahead of the answering replica's; null while that is unknown. */
  clockOffsetMs?: number | null;
  /** Without `failed`, which would count premium signals for everybody. */
  drops: Omit<ReplicaDrops, 'failed'>;
  recoveries: ReplicaRecoveries;
  /** Null before the first quote. */
  latency: LatencyPayload | null;
}

/** GET /health/websocket: sums over all replicas, by their heartbeats. */
export interface WebSocketHealthPayload {
  status: 'healthy' | 'degraded';
  /** A sentence for each reason to be degraded. */
  problems: string[];
  activeConnections: number;
  /** Users with a connection to any replica; each counts once. */
  uniqueUsers: number;
  /** False while Redis is away: then `uniqueUsers` is the largest number of one replica, a lower bound. */
  uniqueUsersExact: boolean;
  /** Of the answering replica, seconds. */
  uptime: number;
  /** The answering replica. */
  replica: string;
  replicas: ReplicaHealth[];
  /** As the engine reports it. */
  feed: FeedHealth;
  /** Stocks and option contracts: trouble with one leaves the other alone. */
  feeds: { stocks: ServedFeed; options: ServedFeed };
  redis: 'off' | 'ok' | 'down';
  /** What the sums of off-exchange prints cover; null until the engine has said so. */
  offExchange: DarkpoolScope | null;
  /** `ok` or a sentence; asked every second, not by this route. */
  database: string;
  /** Of the slowest replica; null before the first quote. */
  latency: LatencyPayload | null;
}

/** Rates per second, averaged over the last ten seconds. */
export interface RatesPayload {
  /** Events received from clients. */
  in: number;
  /** Events sent to clients, without quotes and signals. */
  out: number;
  /** Quotes sent to clients. */
  quotes: number;
  orders: number;
  hooks: number;
}

export interface MonitorReplica extends ReplicaHealth {
  drops: ReplicaDrops;
  /** Null before its second heartbeat and while it is silent. */
  rates: RatesPayload | null;
  /** Bytes that wait for slow readers. */
  queueBytes: number;
}

/** What the Monitor page lists under recent events; a closed list. */
export const INCIDENT_KINDS = [
  'replica-joined',
  'replica-draining',
  'replica-left',
  'replica-silent',
  'replica-back',
  'lease-taken',
  'feed-changed',
  'redis-lost',
  'redis-back',
  'database-lost',
  'database-back',
  'messages-dropped',
  'messages-failed',
  'quotes-dropped',
  'resubscribed',
  'stalled',
  'journal-gaps',
  'slow-consumers',
] as const;
export type IncidentKind = (typeof INCIDENT_KINDS)[number];

/** Something that a heartbeat reported; a repeat within a minute raises its count. */
export interface IncidentPayload {
  kind: IncidentKind;
  replica: string;
  /** Its first and its last report. */
  at: string;
  lastAt: string;
  /** How many messages, connections or times, as the kind says. */
  count: number;
  detail?: string;
}

/** GET /api/monitor: everything on one page for the operator. */
export interface MonitorPayload
  extends Omit<WebSocketHealthPayload, 'replicas' | 'uptime' | 'activeConnections'> {
  timestamp: string;
  connections: number;
  replicas: MonitorReplica[];
  /** The engine and since when; null without an engine. */
  lease: { holder: string; number: number; since: string | null } | null;
  /** Of all replicas together; null before the first is known. */
  rates: RatesPayload | null;
  /** Sums since the start of each replica. */
  lanes: {
    state: { quotes: number; conflated: number; slowConsumers: number; queueBytes: number };
    event: { events: number; journalGaps: number; heads: number };
  };
  /** Connections every `everyMs`, oldest first, an hour at most; null where the number is unknown. */
  history: { from: string; everyMs: number; connections: (number | null)[] };
  /** The last 50, newest first. */
  incidents: IncidentPayload[];
}

export const healthRoutes = {
  'GET /health': route<{ status: 'ok' }>()({ summary: 'Liveness', access: 'anyone', bare: true }),
  'GET /ready': route<ReadinessPayload>()({
    summary: 'Readiness: 503 while the replica is not ready',
    access: 'anyone',
    statuses: [200, 503],
    bare: true,
  }),
  'GET /health/websocket': route<WebSocketHealthPayload>()({
    summary: 'Connections, replicas and the feed',
    access: 'anyone',
    bare: true,
  }),
  'GET /metrics': route<string>()({ summary: 'Prometheus text', access: 'metrics', bare: 'text/plain' }),
  'GET /api/monitor': route<MonitorPayload>()({
    summary: 'Replicas, rates, history and incidents',
    access: 'admin',
  }),
};
