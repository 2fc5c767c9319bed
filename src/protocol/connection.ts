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
});

export interface ConnectedPayload {
  socketId: string;
  userId: string;
  replica: string;
  protocol: number;
  serverTime: string;
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

/** What the user has paid for has changed. */
export interface TierChangedPayload {
  tier: Tier;
}

export interface ServerShutdownPayload {
  message: string;
  reconnectInMs: number;
  timestamp: string;
}

export const connectionEvents = {
  connected: event<ConnectedPayload>()({ lane: 'reply' }),
  'session:revoked': event<SessionRevokedPayload>()({ lane: 'reply' }),
  'server:shutdown': event<ServerShutdownPayload>()({ lane: 'reply' }),
  'tier:changed': event<TierChangedPayload>()({ lane: 'reply' }),
  error: event<ErrorPayload>()({ lane: 'reply' }),
};
