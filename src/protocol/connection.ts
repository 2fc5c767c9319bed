/** The life of one connection: handshake, greeting, errors, end. */
import { z } from 'zod';
import { event } from './declare.ts';
import type { ErrorCode } from './errors.ts';
import type { Tier } from './tier.ts';

/**
 * `auth` of the handshake; a cookie may replace it. Every value passes: a field that does not fit is refused with its own
 * code, after the version of the protocol, which explains it.
 */
export const handshakeAuthSchema = z.object({
  sessionID: z.unknown().optional(),
  userId: z.unknown().optional(),
  /** The contract version of the client; one that this server does not speak is refused with its own code. */
  protocol: z.unknown().optional(),
  /** The `secret` of the connection that the client had before. */
  replaces: z.unknown().optional(),
  /** True: the client applies `portfolio:delta`. */
  delta: z.unknown().optional(),
});

export interface ConnectedPayload {
  socketId: string;
  userId: string;
  replica: string;
  protocol: number;
  serverTime: string;
  /** Names this connection as `auth.replaces` of the client's next one. */
  secret: string;
}

export interface ErrorPayload {
  code: ErrorCode;
  message: string;
  event: string;
  timestamp: string;
  retryAfterMs?: number;
}

export interface SessionRevokedPayload {
  reason: 'logout' | 'expired' | 'banned';
}

/** The client has come back on another connection, which has taken the place of this one. */
export type SessionReplacedPayload = Record<never, never>;

/** What the user has paid for has changed. */
export interface TierChangedPayload {
  tier: Tier;
}

export interface ServerShutdownPayload {
  message: string;
  reconnectInMs: number;
  timestamp: string;
}

/** How the service closes the WebSocket of a Socket.IO connection, by the reason; for any other it gives no code. */
export const SOCKET_CLOSE_CODES = { slow_consumer: 4008, flood: 4029, resubscribe: 4012 } as const;

export const connectionEvents = {
  connected: event<ConnectedPayload>()({ lane: 'reply' }),
  'session:revoked': event<SessionRevokedPayload>()({ lane: 'reply' }),
  'session:replaced': event<SessionReplacedPayload>()({ lane: 'reply' }),
  'server:shutdown': event<ServerShutdownPayload>()({ lane: 'reply' }),
  'tier:changed': event<TierChangedPayload>()({ lane: 'reply' }),
  error: event<ErrorPayload>()({ lane: 'reply' }),
};
