/** Every code that leaves the service. The lists are closed: a client may switch over them. */

/** Why an order or a reported trade failed. */
export const TRADING_CODES = [
  'INSUFFICIENT_FUNDS',
  'INSUFFICIENT_POSITION',
  'UNKNOWN_SYMBOL',
  'UNSUPPORTED_INSTRUMENT',
  'MARKET_CLOSED',
  'STALE_QUOTE',
  'NO_QUOTE',
  'INVALID_ORDER',
  'MAX_ORDER_VALUE',
  'MAX_POSITION',
  'PRICE_COLLAR',
  'DUPLICATE_ORDER',
  'DAILY_LOSS_LIMIT',
  'TRADING_HALTED',
  'SYMBOL_HALTED',
  'BROKER_REJECTED',
  'BROKER_UNAVAILABLE',
  'CANCELLED_BY_USER',
  'CANCELLED_BY_SPLIT',
  'EXPIRED',
] as const;
export type TradingCode = (typeof TRADING_CODES)[number];

/** Why a handshake was refused (`connect_error.data.code`). */
export const CONNECT_CODES = [
  'NO_SESSION_ID',
  'INVALID_SESSION',
  'USER_MISMATCH',
  'TOO_MANY_CONNECTIONS',
  'RATE_LIMITED',
  'UNAVAILABLE',
  'UNSUPPORTED_PROTOCOL',
] as const;
export type ConnectCode = (typeof CONNECT_CODES)[number];

/** Why a request over HTTP or an event over the socket was refused. */
export const REQUEST_CODES = [
  'VALIDATION',
  'UNAUTHENTICATED',
  'INVALID_CREDENTIALS',
  'INVALID_SIGNATURE',
  'FORBIDDEN',
  'NOT_FOUND',
  'CONFLICT',
  'USERNAME_TAKEN',
  'TOO_LARGE',
  'RATE_LIMITED',
  'UNAVAILABLE',
  'INTERNAL',
  'NOT_IN_PLAN',
  'SYMBOL_LIMIT',
  'CONTRACT_LIMIT',
  'UNKNOWN_EVENT',
  'UPGRADE_REQUIRED',
] as const;
export type RequestCode = (typeof REQUEST_CODES)[number];

export type ErrorCode = TradingCode | ConnectCode | RequestCode;

/**
 * A refusal with a sentence for the client and a code. Domain and edges throw it; only an edge turns it into a
 * status, an ack or an `error` event. Any other error becomes INTERNAL.
 */
export class TradecastError extends Error {
  readonly code: ErrorCode;
  /** When a retry makes sense; undefined if it makes none. */
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, options: { retryAfterMs?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'TradecastError';
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** Whether a part of the service is away: the same call may succeed later. */
export const isUnavailable = (error: unknown): error is TradecastError =>
  error instanceof TradecastError && error.code === 'UNAVAILABLE';

/** Answers a request whose session ended while it was on its way. */
export const sessionEnded = (): TradecastError =>
  new TradecastError('UNAUTHENTICATED', 'Your session has ended. Sign in again.');
