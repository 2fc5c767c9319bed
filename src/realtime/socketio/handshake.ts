import { readSessionCookie } from '../../domain/accounts/session-cookie.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { handshakeAuthSchema } from '../../protocol/connection.ts';
import { type ConnectRefusal, type Credentials, refusalOf } from '../admission.ts';
import type { PeerHost } from '../connections.ts';
import type { Caller, Strangers } from '../strangers.ts';
import { endTransport } from './engine.ts';
import type { RealtimeSocket } from './peer.ts';

/** A stock client opens a new connection for its next attempt; this many on one only cost us. */
const MAX_REFUSED = 3;

export interface HandshakeParts {
  readonly sessionSecrets: () => readonly string[];
  readonly strangers: Strangers;
  readonly clock: Clock;
  readonly log: Pick<Log, 'error'>;
}

/** What the handshake said is forgotten; a set costs only those that said it. */
const appliers = new WeakSet<RealtimeSocket>();
/** Whether the client has said that it applies `portfolio:delta`. */
export const appliesDeltas = (socket: RealtimeSocket): boolean => appliers.has(socket);

/** Socket.IO middleware: asks the host to admit the socket, and makes its user the socket's. */
export function createHandshake(host: PeerHost, parts: HandshakeParts) {
  const { sessionSecrets, strangers, clock, log } = parts;
  const attempts = new WeakMap<object, Attempts>();

  return (socket: RealtimeSocket, next: (error?: Error) => void): void => {
    const { conn } = socket;
    const own = attempts.get(conn) ?? firstAttempt(strangers.callerOf(socket.request));
    attempts.set(conn, own);
    const credentials = credentialsOf(socket, sessionSecrets());
    if (authOf(socket).delta === true) appliers.add(socket);
    forgetSecrets(socket);

    function refuse(refusal: ConnectRefusal): void {
      own.refused += 1;
      next(toConnectError(refusal));
      // Socket.IO writes the refusal a moment later.
      if (own.refused === MAX_REFUSED) setImmediate(endTransport, conn, clock);
    }
    if (own.isUnderWay) {
      // Each would take a place, and the connection would have them all. What follows is not read any more.
      if (conn.readyState === 'open') endTransport(conn, clock);
      next(AT_ONCE);
      return;
    }
    own.isUnderWay = true;
    const admitted = host.admit(socket.id, credentials).finally(() => {
      own.isUnderWay = false;
    });
    admitted.then(
      (principal) => {
        attempts.delete(conn);
        socket.data = principal;
        releaseAtEnd(socket, host);
        next();
      },
      (error: unknown) => {
        const refusal = refusalOf(error, log);
        void strangers.refused(own.caller, refusal.code);
        refuse(refusal);
      },
    );
  };
}

/** What one connection has tried so far. */
interface Attempts {
  /** Its request is forgotten after the first. */
  readonly caller: Caller;
  isUnderWay: boolean;
  refused: number;
}
const firstAttempt = (caller: Caller): Attempts => ({ caller, isUnderWay: false, refused: 0 });

/** Nobody reads it: it makes Socket.IO forget the socket. */
const AT_ONCE = new Error('a connection signs in once at a time');

/** A function of its own: its closure lives as long as the socket, and the handshake's would keep the credentials. */
function releaseAtEnd(socket: RealtimeSocket, host: PeerHost): void {
  const { id, data, conn } = socket;
  const release = (): void => host.release(data, id);
  // Not `once`, whose wrappers would live as long as the socket: both come only once, and so does the release.
  socket.on('disconnect', release);
  // The transport's end counts too: a client that leaves during the handshake never becomes a `connection`.
  if (conn.readyState === 'open') conn.on('close', release);
  else release();
}

const authOf = ({ handshake }: RealtimeSocket) =>
  handshakeAuthSchema.safeParse(handshake.auth ?? {}).data ?? {};

function credentialsOf(socket: RealtimeSocket, secrets: readonly string[]): Credentials {
  const { sessionID, userId, protocol, replaces } = authOf(socket);
  const { cookie } = socket.handshake.headers;
  const fromCookie = (): string | null => (cookie === undefined ? null : readSessionCookie(cookie, secrets));
  return {
    // A session that was named, but not readably, is not replaced by another one.
    sessionId: isAbsent(sessionID) ? fromCookie() : isSessionId(sessionID) ? sessionID : null,
    userId: isAbsent(userId) ? undefined : userId,
    protocol,
    replaces,
  };
}

const MAX_SESSION_ID_LENGTH = 256;
const isSessionId = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= MAX_SESSION_ID_LENGTH;
/** How clients write "none". */
const isAbsent = (value: unknown): boolean => value === undefined || value === null || value === '';

/** What the client reads in `connect_error`: the message, and `data`. */
const toConnectError = ({ code, message, retryable, retryAfterMs }: ConnectRefusal): Error =>
  Object.assign(new Error(message), {
    data: { code, retryable, ...(retryAfterMs !== undefined && { retryAfterMs }) },
  });

/** One for all sockets, because nothing is written to it. */
const FORGOTTEN: RealtimeSocket['handshake'] = Object.freeze({
  headers: {},
  time: '',
  address: '',
  xdomain: false,
  secure: false,
  issued: 0,
  url: '',
  query: {},
  auth: {},
});

/** The request, its headers and `auth` hold secrets and kilobytes; nothing needs them after this. */
function forgetSecrets(socket: RealtimeSocket): void {
  (socket as { handshake: RealtimeSocket['handshake'] }).handshake = FORGOTTEN;
  (socket.conn as { request?: unknown }).request = undefined;
}
