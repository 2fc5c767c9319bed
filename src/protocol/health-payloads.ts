/** How the service is, on the wire: what the health routes and the Monitor page are answered with. */

export interface FeedHealth {
  source: 'massive' | 'simulated' | 'replay';
  state: 'connecting' | 'live' | 'delayed' | 'silent' | 'down' | 'refused' | 'ended';
  lastTickAgeMs: number | null;
  leader: string | null;
  /** A sentence for the operator where the state needs one. */
  detail?: string;
}

/** GET /ready: a check is `ok`, `off` where the part is not configured, or a sentence. */
export interface ReadinessPayload {
  status: 'ready' | 'not ready';
  checks: Record<'database' | 'redis' | 'feed' | 'lease' | 'draining', string>;
}

/** Milliseconds from feed to socket. */
export interface LatencyPayload {
  p50: number;
  p95: number;
  p99: number;
}

/** `silent`: its heartbeat is missing. `draining`: it was told to stop and sends its clients away. */
export type ReplicaState = 'ok' | 'silent' | 'draining';

/** What a replica dropped since it started: bus messages by reason, and messages with quotes. */
export interface ReplicaDrops {
  late: number;
  malformed: number;
  /** Of a replica that speaks a newer version of the bus. */
  version: number;
  /** Not sent, because Redis was away. */
  failed: number;
  /** Quotes of a former engine, or too old. */
  quotes: number;
}

/** What a replica made up for since it started. */
export interface ReplicaRecoveries {
  /** Holes in a user's stream that were filled from the journal. */
  journalGaps: number;
  /** Subscriptions to Redis that were begun again. */
  resubscribed: number;
  /** Times the process had stood still. */
  stalls: number;
}

/** One replica as the one that answers has heard of it. */
export interface ReplicaHealth {
  replica: string;
  version: string;
  state: ReplicaState;
  /** Since its last heartbeat. */
  ageMs: number;
  connections: number;
  /** Users with a connection to it. */
  users: number;
  /** Seconds, by its last heartbeat. */
  uptime: number;
  /** Fencing number of the engine lease where it holds it. */
  lease: number | null;
  redis: 'off' | 'ok' | 'down';
  database: string;
  /** From sending a heartbeat to hearing it; null where there is no Redis or it is away. */
  busLagMs: number | null;
  /** How far its clock is ahead of the one that answers; null where that is not known. */
  clockOffsetMs?: number | null;
  drops: ReplicaDrops;
  recoveries: ReplicaRecoveries;
  /** Null before the first quote. */
  latency: LatencyPayload | null;
}

/** GET /health/websocket, summed over the replicas as the one that answers has heard of them. */
export interface WebSocketHealthPayload {
  status: 'healthy' | 'degraded';
  /** A sentence for each reason to be degraded. */
  problems: string[];
  activeConnections: number;
  /** Users with a connection anywhere; each counts once. */
  uniqueUsers: number;
  /** False while Redis is away: then it is the most users of one replica, and there are at least as many. */
  uniqueUsersExact: boolean;
  /** Of the replica that answers, seconds. */
  uptime: number;
  /** The one that answers. */
  replica: string;
  replicas: ReplicaHealth[];
  /** As the engine tells it. */
  feed: FeedHealth;
  redis: 'off' | 'ok' | 'down';
  database: string;
  /** Of the slowest replica; null before the first quote. */
  latency: LatencyPayload | null;
}

/** Per second, over the last ten. */
export interface RatesPayload {
  /** Events received from clients. */
  in: number;
  /** Events sent to clients, quotes apart. */
  out: number;
  /** Quotes sent to clients. */
  quotes: number;
  orders: number;
  hooks: number;
}

export interface MonitorReplica extends ReplicaHealth {
  /** Null before its second heartbeat and while it is silent. */
  rates: RatesPayload | null;
  /** Bytes that wait for sockets that do not read. */
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

/** Something worth knowing that a heartbeat told; the same again within a minute counts up. */
export interface IncidentPayload {
  kind: IncidentKind;
  replica: string;
  /** When it was first and last told. */
  at: string;
  lastAt: string;
  /** How many of what the kind says: messages, connections, times. */
  count: number;
  detail?: string;
}

/** GET /api/monitor: the whole, for the page of the person who runs it. */
export interface MonitorPayload
  extends Omit<WebSocketHealthPayload, 'replicas' | 'uptime' | 'activeConnections'> {
  timestamp: string;
  connections: number;
  replicas: MonitorReplica[];
  /** Who is the engine, and since when; null where nobody is. */
  lease: { holder: string; number: number; since: string | null } | null;
  /** Of all replicas together; null before it is known of any. */
  rates: RatesPayload | null;
  /** Since the start of each replica that is heard of. */
  lanes: {
    state: { quotes: number; conflated: number; slowConsumers: number; queueBytes: number };
    event: { events: number; journalGaps: number; heads: number };
  };
  /** Connections every `everyMs`, oldest first, an hour at most; null where nobody knows. */
  history: { from: string; everyMs: number; connections: (number | null)[] };
  /** Newest first. */
  incidents: IncidentPayload[];
}
