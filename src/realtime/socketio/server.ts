import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Namespace, Server } from 'socket.io';
import type { Adapter } from 'socket.io-adapter';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { OriginCheck } from '../../lib/origin.ts';
import type { RealtimeMetrics } from '../../metrics/realtime.ts';
import { SOCKET_CLOSE_CODES } from '../../protocol/connection.ts';
import { CONNECT_TIMEOUT_MS, MAX_MESSAGE_BYTES } from '../../protocol/limits.ts';
import type { Ack } from '../commands/dispatch.ts';
import { type PeerHost, STOP_GRACE_MS, type Transport } from '../connections.ts';
import { createFrameGuard } from '../frame-guard.ts';
import type { Strangers } from '../strangers.ts';
import { refuseUpgrade, UPGRADE_REFUSALS, type UpgradeRefusalName } from '../upgrade-refusals.ts';
import { endTransport, hearAny } from './engine.ts';
import { appliesDeltas, createHandshake } from './handshake.ts';
import { peerOf, type RealtimeServer, type RealtimeSocket, SocketIoPeer } from './peer.ts';
import { answerRooms } from './rooms.ts';
import { createUnnamed } from './unnamed.ts';
import { guardedServer } from './websocket-server.ts';

export interface SocketIoParts {
  readonly httpServer: HttpServer;
  /** Reaches the sockets of other replicas; null where there are none. */
  readonly adapter: ((namespace: Namespace) => Adapter) | null;
  readonly allowedOrigins: readonly string[];
  readonly isAllowedOrigin: OriginCheck;
  readonly strangers: Strangers;
  /** Secrets of the session cookie, known when the first client arrives; the first signs. */
  readonly sessionSecrets: () => readonly string[];
  readonly clock: Clock;
  readonly metrics: Pick<RealtimeMetrics, 'messageSent'>;
  readonly log: Log;
}

/** The one Socket.IO server: connections of stock clients become peers. */
export const createSocketIo =
  (parts: SocketIoParts) =>
  (host: PeerHost): Transport => {
    const { httpServer, clock } = parts;
    const io = createServer(parts);
    const upgraded = followUpgrades(httpServer);
    io.use(createHandshake(host, parts));
    // Rooms are for other services alone, which reach us by the adapter.
    if (parts.adapter) answerRooms(io.of('/').adapter, host.members);
    io.on('connection', createConnect(host, parts));

    return {
      async stop() {
        const closed = io.close();
        // It waits for requests in flight; one that never ends must not hold up the rest of the shutdown.
        const cancelCut = clock.after(STOP_GRACE_MS, () => {
          httpServer.closeAllConnections();
          for (const connection of upgraded) connection.destroy();
        });
        await closed.finally(cancelCut);
      },
    };
  };

function createServer(parts: SocketIoParts): RealtimeServer {
  const { httpServer, adapter, allowedOrigins, clock } = parts;
  const io: RealtimeServer = new Server(httpServer, {
    serveClient: false,
    // The polls of one client would be sent to different replicas.
    ...(adapter && { adapter: adapter as never, transports: ['websocket'] }),
    // Other paths are not its own: it would cut one whose first answer takes a second.
    destroyUpgrade: false,
    connectTimeout: CONNECT_TIMEOUT_MS,
    maxHttpBufferSize: MAX_MESSAGE_BYTES,
    // Frames are encoded once for all sockets, which compression per socket would undo.
    perMessageDeflate: false,
    cors: { origin: [...allowedOrigins], credentials: true },
    allowRequest(request, answer) {
      const refusal = refusalAtDoor(request, parts);
      if (refusal === null) answer(null, true);
      else answer(refusal, false);
    },
    wsEngine: guardedServer(
      createFrameGuard({ ...parts, floodCode: SOCKET_CLOSE_CODES.flood }),
      clock,
    ) as never,
  });
  // After Socket.IO's own listener, so that a refusal is written before the connection closes.
  io.engine.on('connection', createUnnamed(parts));
  // It comes before the engine's own answer, which is HTML; the engine writes nothing on a connection that has ended.
  io.engine.on('connection_error', ({ req, context }: EngineError) => {
    if (req.res === undefined && req.websocket === undefined)
      refuseUpgrade(req.socket, nameOf(context?.message), clock);
  });
  return io;
}

interface EngineError {
  /** `res` of a request that asks for no WebSocket, `websocket` of one that has it already. */
  readonly req: IncomingMessage & { readonly res?: unknown; readonly websocket?: unknown };
  readonly context?: { readonly message?: unknown };
}
const nameOf = (message: unknown): UpgradeRefusalName =>
  typeof message === 'string' && Object.hasOwn(UPGRADE_REFUSALS, message)
    ? (message as UpgradeRefusalName)
    : 'VALIDATION';

/** Why a new connection is refused before its handshake, by what its request says. */
function refusalAtDoor(
  request: IncomingMessage,
  { isAllowedOrigin, strangers }: SocketIoParts,
): UpgradeRefusalName | null {
  // CORS headers do not cover the upgrade: without this any page could open a socket with its visitor's cookie.
  if (!isAllowedOrigin(request.headers)) return 'FORBIDDEN';
  const refusal = strangers.refusalAtDoor(strangers.callerOf(request));
  if (refusal !== null) return refusal;
  return /[?&]EIO=4(&|$)/.test(request.url ?? '') ? null : 'UNSUPPORTED_PROTOCOL';
}

/** A peer that does not read does not answer the close frame either: in the end its connection has to be cut. */
function followUpgrades(httpServer: HttpServer): ReadonlySet<Duplex> {
  const upgraded = new Set<Duplex>();
  // One listener for all connections.
  function forget(this: Duplex): void {
    upgraded.delete(this);
  }
  httpServer.on('upgrade', (_request, connection: Duplex) => {
    upgraded.add(connection);
    connection.on('close', forget);
  });
  return upgraded;
}

/** Serves a socket. Its listeners are the same functions for all sockets: closures of each would be kilobytes. */
function createConnect(host: PeerHost, { clock, log, metrics, adapter }: SocketIoParts) {
  function receive(this: RealtimeSocket, event: unknown, ...args: unknown[]): void {
    const peer = peerOf(this);
    const ack = typeof args.at(-1) === 'function' ? (args.pop() as Ack) : undefined;
    if (peer) host.receive(peer, String(event), args, ack);
  }
  // Without a listener socket.io prints a protocol violation of the client to the console.
  function failed(this: RealtimeSocket, error: Error): void {
    log.debug({ err: error, socketId: this.id }, 'a client violated the protocol');
  }
  function left(this: RealtimeSocket, reason: string): void {
    const peer = peerOf(this);
    if (peer) host.leave(peer);
    // A connection without a socket would live on, counted by no limit and seen by no check.
    if (reason === 'client namespace disconnect') endTransport(this.conn, clock);
  }
  const incoming = [receive];
  // Events that another service emits into a room; our own are counted where they are written.
  const outgoing = adapter ? [(event: string): void => metrics.messageSent(event)] : [];

  return (socket: RealtimeSocket): void => {
    const peer = new SocketIoPeer(socket, clock, appliesDeltas(socket));
    hearAny(socket, incoming, outgoing);
    socket.on('error', failed);
    socket.on('disconnect', left);
    host.join(peer);
  };
}
