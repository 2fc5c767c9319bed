import type { Server as HttpServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Namespace, Server } from 'socket.io';
import type { Adapter } from 'socket.io-adapter';
import type { Sessions } from '../domain/accounts/session.ts';
import type { Bus } from '../domain/bus/bus.ts';
import type { InstrumentDirectory } from '../domain/instrument/directory.ts';
import type { Journal } from '../domain/journal/journal.ts';
import type { ConnectionCounter, RateLimiter } from '../domain/limits/counters.ts';
import type { Demand } from '../domain/market/demand.ts';
import type { QuoteBoard } from '../domain/market/quote-board.ts';
import { followSessions } from '../domain/market/session-changes.ts';
import type { Trading } from '../domain/trading/trading.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { isAllowedOrigin } from '../lib/origin.ts';
import type { CloseReason, RealtimeMetrics } from '../metrics/realtime.ts';
import { CONNECT_TIMEOUT_MS, MAX_MESSAGE_BYTES } from '../protocol/limits.ts';
import type { MarketStatusPayload } from '../protocol/market.ts';
import { sessionRoom, userRoom } from '../protocol/rooms.ts';
import { PROTOCOL_VERSION } from '../protocol/version.ts';
import { createAuthenticate } from './authenticate.ts';
import { createDispatch } from './dispatch.ts';
import { createDrain } from './drain.ts';
import { encodeEvent } from './encode.ts';
import { createFanOut } from './fan-out.ts';
import { createHandlers } from './handlers.ts';
import { createLatencyWindow, type LatencyWindow } from './latency-window.ts';
import { createPortfolioViews } from './portfolio-views.ts';
import { createSessionCheck } from './session-check.ts';
import { createSessionGuard } from './session-guard.ts';
import { closeTransport, type RealtimeServer, type RealtimeSocket } from './socket.ts';
import { createStateLane } from './state-lane.ts';
import { createSweep } from './sweep.ts';
import { createUserStreams } from './user-streams.ts';

export interface RealtimeOptions {
  /** Name of this replica, told in `connected`. */
  readonly replica: string;
  readonly allowedOrigins: readonly string[];
  readonly sessionSecrets: readonly string[];
  readonly maxConnectionsPerUser: number;
  readonly maxSymbols: number;
  readonly flushIntervalMs: number;
}

export interface RealtimeParts {
  readonly httpServer: HttpServer;
  readonly bus: Bus;
  readonly sessions: Sessions;
  readonly connections: ConnectionCounter;
  readonly limiter: RateLimiter;
  readonly journal: Journal;
  readonly trading: Trading;
  readonly board: QuoteBoard;
  readonly demand: Demand;
  readonly instruments: InstrumentDirectory;
  /** Reaches the sockets of other replicas; null where there are none. */
  readonly adapter: ((namespace: Namespace) => Adapter) | null;
  /** Whether another replica takes clients that we send away. */
  readonly othersServe: () => boolean;
  readonly marketStatus: () => MarketStatusPayload;
  readonly clock: Clock;
  readonly metrics: RealtimeMetrics;
  readonly log: Log;
}

export interface Realtime {
  connections(): number;
  users(): number;
  /** Milliseconds from our receipt of a quote to its write to the sockets. */
  readonly latency: LatencyWindow;
  /** Looks for what the bus may have lost, at once: it was away, or this process stood still. */
  resync(): void;
  /** Refuses new connections, says `server:shutdown`, and closes what is open evenly over `seconds`. */
  drain(seconds: number): Promise<void>;
  stop(): Promise<void>;
}

/** WebSocket close codes of our own, so that a client can tell why; it is free to come back. */
const CLOSE_CODES = { slow_consumer: 4008, flood: 4029 } as const;

/** How long a shutdown waits for requests in flight, milliseconds. */
const IN_FLIGHT_GRACE_MS = 2_000;

/** The one Socket.IO server. */
export function createRealtime(parts: RealtimeParts, options: RealtimeOptions): Realtime {
  const { bus, board, clock, metrics, log } = parts;
  const io: RealtimeServer = new Server(parts.httpServer, {
    serveClient: false,
    // The polls of one client would be sent to different replicas.
    ...(parts.adapter && { adapter: parts.adapter as never, transports: ['websocket'] }),
    connectTimeout: CONNECT_TIMEOUT_MS,
    maxHttpBufferSize: MAX_MESSAGE_BYTES,
    // Frames are encoded once for all sockets, which compression per socket would undo.
    perMessageDeflate: false,
    cors: { origin: [...options.allowedOrigins], credentials: true },
    // CORS headers do not cover the upgrade: without this any page could open a socket with its visitor's cookie.
    allowRequest: (request, answer) => {
      if (isAllowedOrigin(request.headers.origin, request.headers.host, options.allowedOrigins))
        answer(null, true);
      else answer('origin not allowed', false);
    },
  });
  /** A peer that does not read does not answer our close frame either: in the end it has to be cut. */
  const upgraded = new Set<Duplex>();
  parts.httpServer.on('upgrade', (_request, connection: Duplex) => {
    upgraded.add(connection);
    connection.once('close', () => upgraded.delete(connection));
  });
  const sockets = io.of('/').sockets;
  const latency = createLatencyWindow();

  const closed = new Map<string, CloseReason>();
  function close(socket: RealtimeSocket, reason: keyof typeof CLOSE_CODES): void {
    if (closed.has(socket.id)) return;
    closed.set(socket.id, reason);
    log.warn({ socketId: socket.id, userId: socket.data.user.id, reason }, 'closing a connection');
    closeTransport(socket, CLOSE_CODES[reason], reason);
  }

  const lane = createStateLane({
    clock,
    metrics,
    latest: board.get,
    onSlowConsumer: (socket) => close(socket, 'slow_consumer'),
  });

  // Many sockets come, go and change their lists in one turn of the loop; the engine hears of it once.
  let demandChanged = false;
  function onDemand(): void {
    if (demandChanged) return;
    demandChanged = true;
    setImmediate(() => {
      demandChanged = false;
      if (!stopped) parts.demand.set('sockets', [...lane.symbols(), ...views.symbols()]);
    });
  }

  const views = createPortfolioViews({
    bus,
    clock,
    log,
    lane,
    read: parts.trading.holdings,
    mark: parts.trading.mark,
    onSymbols: onDemand,
  });
  const streams = createUserStreams({
    journal: parts.journal,
    bus,
    metrics,
    log,
  });
  const sweep = createSweep({
    journal: parts.journal,
    clock,
    log,
    connected: () => Map.groupBy(sockets.values(), (socket) => socket.data.user.id),
    streams,
    views,
    lane,
  });

  const guard = createSessionGuard({
    io,
    sessions: parts.sessions,
    bus,
    clock,
    log,
    onRevoke: (socket) => closed.set(socket.id, 'revoked'),
  });
  const dispatch = createDispatch({
    handlers: createHandlers({
      ...parts,
      lane,
      streams,
      views,
      maxSymbols: options.maxSymbols,
      onWatch: onDemand,
    }),
    limiter: parts.limiter,
    clock,
    metrics,
    log,
    checkSession: createSessionCheck({ sessions: parts.sessions, clock }),
    onFlood: (socket) => close(socket, 'flood'),
    onSessionEnded: (socket) => guard.revoke(socket, 'expired'),
  });

  const drain = createDrain({
    io,
    othersServe: parts.othersServe,
    answered: dispatch.answered,
    clock,
    log,
  });
  io.use(createAuthenticate({ ...parts, ...options, draining: drain.isDraining }));
  const countOut = (event: string): void => metrics.messageSent(event);
  io.on('connection', (socket) => {
    const { user, sessionHash } = socket.data;
    socket.onAnyOutgoing(countOut);
    socket.join([userRoom(user.id), sessionRoom(sessionHash)]);
    lane.add(socket);
    dispatch.attach(socket);
    socket.emit('connected', {
      socketId: socket.id,
      userId: user.id,
      replica: options.replica,
      protocol: PROTOCOL_VERSION,
      serverTime: new Date(clock.now()).toISOString(),
    });
    socket.emit('market:status', parts.marketStatus());
    log.debug({ socketId: socket.id, userId: user.id }, 'connected');
    // Without a listener a protocol violation of this client would be printed to the console.
    socket.on('error', (error) =>
      log.debug({ err: error, socketId: socket.id }, 'a client broke the protocol'),
    );
    socket.on('disconnect', () => {
      streams.unsubscribe(socket);
      views.unsubscribe(socket);
      lane.remove(socket);
      onDemand();
      const reason = closed.get(socket.id) ?? (drain.isDraining() ? 'drain' : 'client');
      metrics.connectionClosed(reason);
      log.debug({ socketId: socket.id, userId: user.id, reason }, 'disconnected');
      closed.delete(socket.id);
    });
  });

  const fanOut = createFanOut({
    lane,
    views,
    metrics,
    latency,
    clock,
    onMissed: parts.demand.resync,
  });
  let stopped = false;
  const cancels = [
    board.onChange(fanOut.add),
    followSessions({
      status: parts.marketStatus,
      clock,
      onChange(status) {
        const event = encodeEvent('market:status', status);
        for (const socket of sockets.values()) lane.offer(socket, event);
      },
    }),
    clock.every(options.flushIntervalMs, () => {
      fanOut.tick();
      lane.sweep();
    }),
    fanOut.stop,
    guard.stop,
  ];

  return {
    latency,
    connections: () => sockets.size,
    users: () => usersOf(sockets.values()).size,
    resync: sweep.now,
    drain: drain.run,
    async stop() {
      if (stopped) return;
      stopped = true;
      for (const cancel of cancels) cancel();
      views.stop();
      streams.stop();
      sweep.stop();
      const closed = io.close();
      // It waits for requests in flight; one that never ends must not hold up the rest of the shutdown.
      const cut = setTimeout(() => {
        parts.httpServer.closeAllConnections();
        for (const connection of upgraded) connection.destroy();
      }, IN_FLIGHT_GRACE_MS).unref();
      await closed.finally(() => clearTimeout(cut));
    },
  };
}

const usersOf = (sockets: Iterable<RealtimeSocket>): Set<string> =>
  new Set([...sockets].map((socket) => socket.data.user.id));
