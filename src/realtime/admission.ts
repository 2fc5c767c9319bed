import type { PlaceSecrets } from '../domain/accounts/place-secrets.ts';
import type { Sessions } from '../domain/accounts/session.ts';
import type { SocketTokens } from '../domain/accounts/socket-tokens.ts';
import type { User } from '../domain/accounts/user.ts';
import { charged } from '../domain/limits/charge.ts';
import type { ConnectionCounter, RateLimiter } from '../domain/limits/counters.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { RealtimeMetrics } from '../metrics/realtime.ts';
import { type ConnectCode, isUnavailable, TradecastError } from '../protocol/errors.ts';
import { SPOKEN_PROTOCOLS } from '../protocol/version.ts';
import { createPrincipal, createVisitor, isVisitor, ownerOf, type Principal } from './principal.ts';
import type { Replacements } from './replacements.ts';

/** Why a connection is refused. `retryable`: the same attempt may succeed later. */
export class ConnectRefusal extends TradecastError {
  declare readonly code: ConnectCode;
  readonly retryable: boolean;

  constructor(code: ConnectCode, message: string, retryable: boolean, retryAfterMs?: number) {
    super(code, message, retryAfterMs === undefined ? {} : { retryAfterMs });
    this.retryable = retryable;
  }
}

/** Why an admission failed, in the client's words. What is no refusal is a mistake here, and is logged. */
export function refusalOf(error: unknown, log: Pick<Log, 'error'>): ConnectRefusal {
  if (error instanceof ConnectRefusal) return error;
  log.error({ err: error }, 'a handshake failed');
  return unavailable();
}

/** What a client shows at the door, read from its transport. */
export interface Credentials {
  /** Null where the client gave none that can be read. */
  readonly sessionId: string | null;
  /** A token that stands for the session, where the client gave one; then `sessionId` is not read. */
  readonly token?: string;
  /** The address of a client that need not say who it is; then nothing else is read. */
  readonly visitor?: string;
  /** Who the client says it is; checked, never trusted. */
  readonly userId?: unknown;
  /** Version of the wire contract, where the client names one. */
  readonly protocol?: unknown;
  /** The secret of the connection that the client had before. */
  readonly replaces?: unknown;
}

export interface Admission {
  /** Session → user → limits → one of the user's places. Throws ConnectRefusal and nothing else. */
  admit(connectionId: string, credentials: Credentials): Promise<Principal>;
  /** Gives the place back; a second call does nothing. */
  release(principal: Principal, connectionId: string): void;
}

export interface AdmissionParts {
  readonly sessions: Pick<Sessions, 'find'>;
  readonly tokens: Pick<SocketTokens, 'redeem'>;
  readonly connections: ConnectionCounter;
  readonly placeSecrets: Pick<PlaceSecrets, 'read'>;
  readonly replacements: Pick<Replacements, 'end'>;
  readonly limiter: RateLimiter;
  readonly maxConnectionsPerUser: number;
  readonly draining: () => boolean;
  readonly metrics: Pick<RealtimeMetrics, 'handshakeRefused'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** A place is free when a tab closes; an earlier attempt only costs both sides. */
const FULL_RETRY_MS = 5_000;
/** In an outage every client is refused again and again: one log line in this time is enough. */
const UNAVAILABLE_LOG_MS = 10_000;
/** A release takes minutes to go out; another replica may be of the other version already. */
const PROTOCOL_RETRY_MS = 2_000;

const unavailable = (): ConnectRefusal =>
  new ConnectRefusal('UNAVAILABLE', 'Service unavailable', true, 1_000);

export function createAdmission(parts: AdmissionParts): Admission {
  const { sessions, connections, metrics } = parts;
  const { forAPoint, takePlace } = createPlaces(parts);
  const logFailure = createFailureLog(parts);

  async function sessionIdOf({ sessionId, token }: Credentials): Promise<string | null> {
    if (token === undefined) return sessionId;
    const redeemed = await parts.tokens.redeem(token);
    if (redeemed === null)
      throw new ConnectRefusal('INVALID_SESSION', 'Authentication required: Invalid or expired token', false);
    return redeemed;
  }

  async function findUser(credentials: Credentials): Promise<readonly [User, string]> {
    const { userId } = credentials;
    assertSpoken(credentials.protocol);
    const sessionId = await sessionIdOf(credentials);
    if (!sessionId)
      throw new ConnectRefusal('NO_SESSION_ID', 'Authentication required: No session ID provided', false);
    const session = await sessions.find(sessionId);
    if (!session)
      throw new ConnectRefusal(
        'INVALID_SESSION',
        'Authentication required: Invalid or expired session',
        false,
      );
    if (userId !== undefined && userId !== session.user.id)
      throw new ConnectRefusal('USER_MISMATCH', 'User ID mismatch', false);
    return [session.user, sessionId];
  }

  /** Its place is one of its address on this replica, which the transport counts. */
  function admitVisitor(address: string): Promise<Principal> {
    const visitor = createVisitor(address);
    return forAPoint(visitor.user.id, async () => {
      if (parts.draining()) throw unavailable();
      return visitor;
    });
  }

  return {
    async admit(connectionId, credentials) {
      try {
        if (parts.draining()) throw unavailable();
        if (credentials.visitor !== undefined) return await admitVisitor(credentials.visitor);
        const principal = createPrincipal(...(await findUser(credentials)));
        await forAPoint(principal.user.id, () => takePlace(principal, connectionId, credentials.replaces));
        return principal;
      } catch (error) {
        const refusal = error instanceof ConnectRefusal ? error : unavailable();
        if (refusal !== error) logFailure(error);
        metrics.handshakeRefused(refusal.code);
        throw refusal;
      }
    },
    release(principal, connectionId) {
      if (!isVisitor(principal)) connections.release(principal.user.id, connectionId);
    },
  };
}

/** The places of users, and what a connection costs. */
function createPlaces(parts: AdmissionParts) {
  const { connections, limiter } = parts;

  /** A connection costs its user a point, where the attempt does not fail here. */
  const forAPoint = <T>(userId: string, work: () => Promise<T>): Promise<T> =>
    charged(
      {
        limiter,
        points: [['connect', userId]],
        refusal: (retryAfterMs) =>
          new ConnectRefusal('RATE_LIMITED', 'Rate limit exceeded for connect', true, retryAfterMs),
      },
      work,
    );

  /** A place for the connection: a free one, else that of the connection which the client had before. */
  async function findPlace(userId: string, connectionId: string, before: string | null): Promise<boolean> {
    if (await connections.acquire(userId, connectionId)) {
      // What it had before need not wait for its time-out to be gone.
      if (before !== null) void parts.replacements.end(userId, before);
      return true;
    }
    if (before === null || !(await parts.replacements.end(userId, before))) return false;
    return connections.acquire(userId, connectionId, before);
  }

  async function takePlace(principal: Principal, connectionId: string, replaces: unknown): Promise<void> {
    const { user } = principal;
    const before = parts.placeSecrets.read(replaces, ownerOf(principal));
    if (!(await findPlace(user.id, connectionId, before))) {
      const message = `Too many connections (max ${parts.maxConnectionsPerUser})`;
      throw new ConnectRefusal('TOO_MANY_CONNECTIONS', message, true, FULL_RETRY_MS);
    }
    if (!parts.draining()) return;
    // The drain began meanwhile and does not know this connection.
    connections.release(user.id, connectionId);
    throw unavailable();
  }

  return { forAPoint, takePlace };
}

/** A client that names no version is an older one, or accepts any. */
function assertSpoken(protocol: unknown): void {
  if (protocol === undefined || protocol === null || SPOKEN_PROTOCOLS.some((spoken) => spoken === protocol))
    return;
  const named = Number.isSafeInteger(protocol) ? `protocol version ${protocol}` : 'this protocol version';
  throw new ConnectRefusal(
    'UNSUPPORTED_PROTOCOL',
    `This server does not speak ${named}`,
    true,
    PROTOCOL_RETRY_MS,
  );
}

function createFailureLog({ clock, log }: AdmissionParts): (error: unknown) => void {
  let loggedAt = Number.NEGATIVE_INFINITY;

  return (error) => {
    if (!isUnavailable(error)) {
      log.error({ err: error }, 'a handshake failed');
      return;
    }
    const now = clock.now();
    if (now - loggedAt < UNAVAILABLE_LOG_MS) return;
    loggedAt = now;
    log.warn({ err: error }, 'handshakes are refused during an outage');
  };
}
