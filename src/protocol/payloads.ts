/**
 * What the service says, on the socket and over HTTP. Money is dollars as JSON numbers made from exact
 * decimals, quantities are shares, times are ISO 8601 UTC strings.
 */
import type { ErrorCode, TradingCode } from './errors.ts';

export type Side = 'buy' | 'sell';
export type OrderType = 'market' | 'limit' | 'stop';
export type TimeInForce = 'day' | 'gtc';

/**
 * accepted → submitting → working → partially_filled → filled, and the ends cancelled, expired,
 * denied (our check refused it, it never left) and rejected (the broker refused it).
 */
export const ORDER_STATUSES = [
  'accepted',
  'submitting',
  'working',
  'partially_filled',
  'filled',
  'cancelled',
  'expired',
  'denied',
  'rejected',
] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];
export const FINAL_ORDER_STATUSES = ['filled', 'cancelled', 'expired', 'denied', 'rejected'] as const;

/** How far a quote can be trusted and where it comes from. */
export type QuoteState = 'live' | 'delayed' | 'simulated' | 'replay' | 'stale' | 'closed';
export type MarketSession = 'pre' | 'regular' | 'post' | 'closed';
export type Tier = 'member' | 'admin';

export interface UserPayload {
  id: string;
  username: string;
  name: string;
  tier: Tier;
}

export interface QuotePayload {
  symbol: string;
  price: number;
  /** Against the previous close, dollars; 0 while no previous close is known. */
  change: number;
  changePercent: number;
  /** Shares traded today. */
  volume: number;
  timestamp: string;
  bid?: number;
  ask?: number;
  open?: number;
  high?: number;
  low?: number;
  previousClose?: number;
  state: QuoteState;
}

export interface PositionPayload {
  symbol: string;
  quantity: number;
  averagePrice: number;
  /** Last known price; the average price while no quote is known (then `priced` is false). */
  price: number;
  marketValue: number;
  unrealizedPnl: number;
  unrealizedPnlPercent: number;
  /** Absent where another system keeps the account and did not tell. */
  dayChange?: number;
  /** False while the position is valued at its cost because no quote is known. */
  priced?: boolean;
}

export interface PortfolioPayload {
  totalValue: number;
  cash: number;
  /** Market value of the positions; `totalValue = cash + equity`. */
  equity: number;
  positions: PositionPayload[];
  dayChange: number;
  dayChangePercent: number;
  timestamp: string;
  /** `paper`: kept here. `external`: reported through /hooks/portfolio. */
  source: 'paper' | 'external';
  /** Cash not reserved by open buy orders. */
  buyingPower?: number;
  realizedPnl?: number;
}

export interface OrderPayload {
  id: string;
  clientOrderId: string;
  symbol: string;
  side: Side;
  type: OrderType;
  quantity: number;
  limitPrice?: number;
  stopPrice?: number;
  timeInForce: TimeInForce;
  filledQuantity: number;
  averageFillPrice?: number;
  status: OrderStatus;
  /** Closed word for denied, rejected, cancelled and expired orders. */
  reason?: TradingCode;
  createdAt: string;
  updatedAt: string;
}

/** Where an order or a trade came from. */
export type TradeSource = 'dashboard' | 'api' | 'hook' | 'external' | 'demo';

export interface JournalPosition {
  epoch: string;
  seq: number;
}

export interface TradeExecutedPayload {
  id: string;
  orderId?: string;
  symbol: string;
  side: Side;
  quantity: number;
  price: number;
  status: 'filled' | 'partially_filled';
  timestamp: string;
  source: TradeSource;
}

export interface TradeFailedPayload {
  error: string;
  code: TradingCode;
  signal: { symbol: string; side: Side; quantity: number };
  orderId?: string;
  timestamp: string;
  source: TradeSource;
}

/** The event lane: what the journal keeps, by event name. */
export interface JournalPayloads {
  'trade:executed': TradeExecutedPayload;
  'trade:failed': TradeFailedPayload;
  'order:update': OrderPayload;
}
export type JournalEventName = keyof JournalPayloads;

/** One journaled event as GET /api/trades lists it. */
export type JournalEntryPayload = {
  [E in JournalEventName]: { event: E; payload: JournalPayloads[E] & JournalPosition };
}[JournalEventName];

export interface TradesPage {
  epoch: string;
  head: number;
  events: JournalEntryPayload[];
}

export interface MarketStatusPayload {
  isOpen: boolean;
  nextOpen: string | null;
  nextClose: string | null;
  timestamp: string;
  session: MarketSession;
  holiday?: string;
}

export interface InstrumentPayload {
  symbol: string;
  name: string;
}

/** One minute of one symbol; `time` is the start of the minute in seconds since epoch, as chart libraries take it. */
export interface CandlePayload {
  time: number;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
}

/** What the sign-in screen must know before anybody has signed in. */
export interface PublicConfigPayload {
  registrationOpen: boolean;
  feed: FeedHealth['source'];
}

export interface LoginPayload {
  user: UserPayload;
  sessionID: string;
}

export interface DiscordLinkPayload {
  code: string;
  expiresAt: string;
}

export interface ErrorPayload {
  code: ErrorCode;
  message: string;
  event: string;
  timestamp: string;
  retryAfterMs?: number;
}

export interface ConnectedPayload {
  socketId: string;
  userId: string;
  replica: string;
  protocol: number;
  serverTime: string;
}

export type SubscriptionConfirmed =
  | { type: 'portfolio'; timestamp: string }
  | { type: 'trades'; epoch: string; head: number; recovered: boolean; timestamp: string }
  | { type: 'watchlist'; symbols: string[] };

export type UnsubscriptionConfirmed =
  | { type: 'portfolio' }
  | { type: 'trades' }
  | { type: 'watchlist'; symbols: string[] };

export interface SessionRevokedPayload {
  reason: 'logout' | 'expired' | 'banned';
}

export interface ServerShutdownPayload {
  message: string;
  reconnectInMs: number;
  timestamp: string;
}

/** The body of every HTTP answer; a refusal has `data` where it left something behind (the denied order). */
export type ApiResponse<T> =
  | { success: true; data: T }
  | { success: false; error: string; code: ErrorCode; retryAfterMs?: number; data?: unknown };

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
