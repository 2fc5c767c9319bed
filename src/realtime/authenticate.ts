import type { IncomingHttpHeaders } from 'node:http';
import { hashSessionId, type Sessions } from '../domain/accounts/session.ts';
import { readSessionCookie } from '../domain/accounts/session-cookie.ts';
import type { ConnectionCounter, RateLimiter } from '../domain/limits/counters.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { RealtimeMetrics } from '../metrics/realtime.ts';
import { handshakeAuthSchema } from '../protocol/connection.ts';
import { type ConnectCode, isUnavailable } from '../protocol/errors.ts';
import { SPOKEN_PROTOCOLS } from '../protocol/version.ts';
import { keepSessionId, type RealtimeSocket } from './socket.ts';

/** What a refused client reads in `connect_error`: `message`, and `data` with the code and whether to retry. */
class HandshakeError extends Error {
  readonly data: { code: ConnectCode; retryable: boolean; retryAfterMs?: number };

  constructor(code: ConnectCode, message: string, retryable: boolean, retryAfterMs?: number) {
    super(message);
    this.data = { code, retryable, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  }
}

/** A full house empties when a tab closes; asking sooner only costs both sides. */
const FULL_RETRY_MS = 5_000;

/** In an outage every client is refused, and comes back to be refused again: one line in this time tells it, milliseconds. */
const UNAVAILABLE_LOG_MS = 10_000;

export interface AuthenticateParts {
  readonly sessions: Sessions;
  readonly connections: ConnectionCounter;
  readonly limiter: RateLimiter;
  readonly sessionSecrets: readonly string[];
  readonly maxConnectionsPerUser: number;
  readonly draining: () => boolean;
  readonly metrics: Pick<RealtimeMetrics, 'handshakeRefused'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** A release takes minutes to go out; another replica may be of the other version already, milliseconds. */
const PROTOCOL_RETRY_MS = 2_000;
const DRAINING = new HandshakeError('UNAVAILABLE', 'Service unavailable', true, 1_000);

/** A client that names no version is an older one, or does not care. */
function assertSpoken(protocol: unknown): void {
  if (protocol === undefined || SPOKEN_PROTOCOLS.some((spoken) => spoken === protocol)) return;
  const named = Number.isSafeInteger(protocol) ? `protocol version ${protocol}` : 'this protocol version';
  throw new HandshakeError(
    'UNSUPPORTED_PROTOCOL',
    `This server does not speak ${named}`,
    true,
    PROTOCOL_RETRY_MS,
  );
}

/** Socket.IO middleware: session → user → limits → one of the user's places. The user never comes from the payload. */
export function createAuthenticate(parts: AuthenticateParts) {
  const { sessions, connections, limiter, metrics, clock, log } = parts;
  let unavailableLoggedAt = Number.NEGATIVE_INFINITY;

  async function authenticate(socket: RealtimeSocket): Promise<void> {
    if (parts.draining()) throw DRAINING;
    const { headers, auth: rawAuth } = socket.handshake;
    const auth = handshakeAuthSchema.safeParse(rawAuth ?? {});
    assertSpoken(auth.data?.protocol);
    const sessionId = auth.data?.sessionID || sessionIdFromCookie(headers, parts.sessionSecrets);
    if (!auth.success || !sessionId) {
      throw new HandshakeError('NO_SESSION_ID', 'Authentication required: No session ID provided', false);
    }

    const session = await sessions.find(sessionId);
    if (!session) throw new HandshakeError('INVALID_SESSION', 'Invalid or expired session', false);
    const { user } = session;
    if (auth.data.userId !== undefined && auth.data.userId !== user.id) {
      throw new HandshakeError('USER_MISMATCH', 'User ID mismatch', false);
    }

    const verdict = await limiter.consume('connect', user.id);
    if (!verdict.allowed) {
      throw new HandshakeError('RATE_LIMITED', 'Rate limit exceeded for connect', true, verdict.retryAfterMs);
    }
    if (!(await connections.acquire(user.id, socket.id))) {
      const message = `Too many connections (max ${parts.maxConnectionsPerUser})`;
      throw new HandshakeError('TOO_MANY_CONNECTIONS', message, true, FULL_RETRY_MS);
    }
    if (parts.draining()) {
      // It began while we were asking, and has counted its sockets without this one.
      connections.release(user.id, socket.id);
      throw DRAINING;
    }
    // Tied to the transport too: a client that goes away during the handshake never becomes a `connection`.
    const release = (): void => connections.release(user.id, socket.id);
    socket.once('disconnect', release);
    if (socket.conn.readyState === 'open') socket.conn.once('close', release);
    else release();

    keepSessionId(socket, sessionId);
    socket.data = { user, sessionHash: hashSessionId(sessionId) };
  }

  function logFailure(error: unknown): void {
    if (!isUnavailable(error)) {
      log.error({ err: error }, 'a handshake failed');
      return;
    }
    const now = clock.now();
    if (now - unavailableLoggedAt < UNAVAILABLE_LOG_MS) return;
    unavailableLoggedAt = now;
    log.warn({ err: error }, 'handshakes are refused while a part is away');
  }

  return (socket: RealtimeSocket, next: (error?: Error) => void): void => {
    authenticate(socket).then(
      () => {
        forgetSecrets(socket);
        next();
      },
      (error: unknown) => {
        forgetSecrets(socket);
        const refusal =
          error instanceof HandshakeError
            ? error
            : new HandshakeError('UNAVAILABLE', 'Service unavailable', true, 1_000);
        if (refusal !== error) logFailure(error);
        metrics.handshakeRefused(refusal.data.code);
        next(refusal);
      },
    );
  };
}

const sessionIdFromCookie = (headers: IncomingHttpHeaders, secrets: readonly string[]): string | null =>
  headers.cookie === undefined ? null : readSessionCookie(headers.cookie, secrets);

/** The request, its headers and `auth` hold secrets and kilobytes; nothing needs them after this. */
function forgetSecrets(socket: RealtimeSocket): void {
  socket.handshake.auth = {};
  socket.handshake.headers = {};
  socket.handshake.query = {};
  socket.handshake.url = '';
  (socket.conn as { request?: unknown }).request = undefined;
}
