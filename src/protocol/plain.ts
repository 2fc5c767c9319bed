/**
 * The plain WebSocket: text frames with one JSON object each, for clients without Socket.IO. Times are milliseconds since
 * epoch.
 */
import { z } from 'zod';
import type { SessionRevokedPayload } from './connection.ts';
import type { ErrorCode } from './errors.ts';
import type { ClientEvent } from './events.ts';
import type { MarketStatusPayload } from './market.ts';
import type { OptionPayload } from './options.ts';
import type { QuotePayload } from './quotes.ts';

export const PLAIN_PATH = '/api/socket';

interface PlainCommand {
  readonly schema: z.ZodType<{ type: string }>;
  /** The sentence for a message that does not fit. */
  readonly invalid: string;
  /** The command whose limit it shares. */
  readonly countsAs: ClientEvent;
}

/** The clock of the client; nothing reads it. */
const timestamp = z.number().optional();
/** The size of a frame bounds the list; each name is accepted or refused on its own. */
const symbols = z.array(z.string());

/** What a client may send once it is connected. */
export const PLAIN_COMMANDS = {
  subscribe: {
    schema: z.strictObject({ type: z.literal('subscribe'), symbols, timestamp }),
    invalid: 'Expected {"type":"subscribe","symbols":["AAPL"]}',
    countsAs: 'subscribe:watchlist',
  },
  unsubscribe: {
    schema: z.strictObject({ type: z.literal('unsubscribe'), symbols, timestamp }),
    invalid: 'Expected {"type":"unsubscribe","symbols":["AAPL"]}',
    countsAs: 'unsubscribe:watchlist',
  },
  subscribe_options: {
    schema: z.strictObject({ type: z.literal('subscribe_options'), contractIds: symbols, timestamp }),
    invalid: 'Expected {"type":"subscribe_options","contractIds":["O:SPY251219C00650000"]}',
    countsAs: 'subscribe:options',
  },
  unsubscribe_options: {
    schema: z.strictObject({ type: z.literal('unsubscribe_options'), contractIds: symbols, timestamp }),
    invalid: 'Expected {"type":"unsubscribe_options","contractIds":["O:SPY251219C00650000"]}',
    countsAs: 'unsubscribe:options',
  },
  ping: {
    schema: z.strictObject({ type: z.literal('ping'), timestamp }),
    invalid: 'Expected {"type":"ping"}',
    countsAs: 'time:sync',
  },
  pong: {
    schema: z.strictObject({ type: z.literal('pong'), timestamp }),
    invalid: 'Expected {"type":"pong"}',
    countsAs: 'time:sync',
  },
} satisfies Record<string, PlainCommand>;
export type PlainCommandName = keyof typeof PLAIN_COMMANDS;

/** The first message of a client that shows no token and no session in its request. */
export const plainAuthSchema = z.strictObject({ type: z.literal('auth'), token: z.string(), timestamp });

export interface PlainConnected {
  type: 'connected';
  clientId: string;
}

/** A name that was not accepted, as the client wrote it. */
export interface PlainRejected {
  symbol: string;
  code: ErrorCode;
}

export interface PlainSubscribed {
  type: 'subscribed' | 'unsubscribed';
  symbols: readonly string[];
  rejected: readonly PlainRejected[];
}

export interface PlainOptionsSubscribed {
  type: 'subscribed_options' | 'unsubscribed_options';
  contractIds: readonly string[];
  rejected: readonly PlainRejected[];
}

export interface PlainQuote {
  type: 'quote';
  symbol: string;
  data: Omit<QuotePayload, 'timestamp' | 'previousClose'> & { timestamp: number };
  /** When it was encoded. */
  timestamp: number;
}

/** `change` is against `open`, the start of the day's bar; with two decimals where it is a percentage. */
export interface PlainOptionUpdate {
  type: 'option_update';
  data: Omit<OptionPayload, 'timestamp'> & { timestamp: number };
  timestamp: number;
}

export interface PlainMarketStatus {
  type: 'market_status';
  data: Omit<MarketStatusPayload, 'nextOpen' | 'nextClose' | 'timestamp'> & {
    nextOpen: number | null;
    nextClose: number | null;
    timestamp: number;
  };
  timestamp: number;
}

export interface PlainError {
  type: 'error';
  code: ErrorCode;
  message: string;
  retryAfterMs?: number;
}

export interface PlainSessionRevoked {
  type: 'session_revoked';
  reason: SessionRevokedPayload['reason'];
}

export interface PlainServerShutdown {
  type: 'server_shutdown';
  message: string;
  /** When to come back, counted from the end of the connection. */
  reconnectInMs: number;
  timestamp: number;
}

export interface PlainPong {
  type: 'pong';
}

/** What the server sends. */
export type PlainMessage =
  | PlainConnected
  | PlainSubscribed
  | PlainOptionsSubscribed
  | PlainQuote
  | PlainOptionUpdate
  | PlainMarketStatus
  | PlainError
  | PlainSessionRevoked
  | PlainServerShutdown
  | PlainPong;

/** Close codes of our own, and of RFC 6455 where it has one. */
export const PLAIN_CLOSE_CODES = {
  /** The service restarts, or an event log no longer continues what was sent: connect again. */
  restart: 1012,
  /** The service cannot serve it right now. */
  unavailable: 1013,
  /** No identity, a bad one, or the session has ended. */
  unauthenticated: 4401,
  slowReader: 4408,
  tooManyConnections: 4409,
  flood: 4429,
} as const;
