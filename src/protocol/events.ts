/** The Socket.IO event maps, one for each direction. Both ends compile against them. */
import type { ErrorCode } from './errors.ts';
import type {
  ConnectedPayload,
  ErrorPayload,
  JournalPayloads,
  JournalPosition,
  MarketStatusPayload,
  OrderPayload,
  OrderType,
  PortfolioPayload,
  QuotePayload,
  ServerShutdownPayload,
  SessionRevokedPayload,
  Side,
  SubscriptionConfirmed,
  TimeInForce,
  UnsubscriptionConfirmed,
} from './payloads.ts';

export type AckFailure = { ok: false; code: ErrorCode; message: string; retryAfterMs?: number };
export type Ack<T extends object = object> = (answer: ({ ok: true } & T) | AckFailure) => void;

export interface OrderPlaceMessage {
  clientOrderId: string;
  symbol: string;
  side: Side;
  type: OrderType;
  quantity: number;
  limitPrice?: number;
  stopPrice?: number;
  timeInForce?: TimeInForce;
}

export interface ClientToServerEvents {
  'subscribe:portfolio': (ack?: Ack<SubscriptionConfirmed>) => void;
  'subscribe:trades': (position?: { epoch: string; after: number }, ack?: Ack<SubscriptionConfirmed>) => void;
  'subscribe:watchlist': (
    symbols: string[] | { symbols: string[] },
    ack?: Ack<SubscriptionConfirmed>,
  ) => void;
  'unsubscribe:watchlist': (
    symbols: string[] | { symbols: string[] },
    ack?: Ack<UnsubscriptionConfirmed>,
  ) => void;
  'unsubscribe:portfolio': (ack?: Ack<UnsubscriptionConfirmed>) => void;
  'unsubscribe:trades': (ack?: Ack<UnsubscriptionConfirmed>) => void;
  'order:place': (order: OrderPlaceMessage, ack?: Ack<{ order: OrderPayload }>) => void;
  'order:cancel': (order: { orderId: string }, ack?: Ack<{ order: OrderPayload }>) => void;
  'time:sync': (sync: { t0: number }, ack?: Ack<{ t0: number; t1: number }>) => void;
}
export type ClientEvent = keyof ClientToServerEvents;

export interface ServerToClientEvents {
  connected: (payload: ConnectedPayload) => void;
  'subscription:confirmed': (payload: SubscriptionConfirmed) => void;
  'unsubscription:confirmed': (payload: UnsubscriptionConfirmed) => void;
  'portfolio:update': (payload: PortfolioPayload) => void;
  'trade:executed': (payload: JournalPayloads['trade:executed'] & JournalPosition) => void;
  'trade:failed': (payload: JournalPayloads['trade:failed'] & JournalPosition) => void;
  'order:update': (payload: JournalPayloads['order:update'] & JournalPosition) => void;
  'quote:update': (payload: QuotePayload) => void;
  'market:status': (payload: MarketStatusPayload) => void;
  'journal:head': (payload: JournalPosition) => void;
  'session:revoked': (payload: SessionRevokedPayload) => void;
  'server:shutdown': (payload: ServerShutdownPayload) => void;
  error: (payload: ErrorPayload) => void;
}
export type ServerEvent = keyof ServerToClientEvents;
