/** The life of one connection: handshake, greeting, errors, end. */
import { z } from 'zod';
import { event } from './declare.ts';
import type { ErrorCode } from './errors.ts';

/** A field that does not fit counts as absent: it must not cost a client its session, or the word about its protocol. */
const textUpTo = (length: number) => z.string().max(length).optional().catch(undefined);

/** `auth` of the handshake; a cookie may replace it. */
export const handshakeAuthSchema = z.object({
  sessionID: textUpTo(256),
  userId: textUpTo(64),
  userName: textUpTo(128),
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

export interface ServerShutdownPayload {
  message: string;
  reconnectInMs: number;
  timestamp: string;
}

export const connectionEvents = {
  connected: event<ConnectedPayload>()({ lane: 'reply' }),
  'session:revoked': event<SessionRevokedPayload>()({ lane: 'reply' }),
  'server:shutdown': event<ServerShutdownPayload>()({ lane: 'reply' }),
  error: event<ErrorPayload>()({ lane: 'reply' }),
};
