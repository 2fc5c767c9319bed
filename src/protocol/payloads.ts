/**
 * What the service says, on the socket and over HTTP. Money is dollars as JSON numbers made from exact
 * decimals, quantities are shares, times are ISO 8601 UTC strings.
 */
import type { ErrorCode, TradingCode } from './errors.ts';
import type { FeedHealth } from './health-payloads.ts';

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
