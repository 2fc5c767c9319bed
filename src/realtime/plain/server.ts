import type { IncomingMessage } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Cancel, Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { RealtimeMetrics } from '../../metrics/realtime.ts';
import { isUnavailable } from '../../protocol/errors.ts';
import {
  MAX_PLAIN_FRAME_BYTES,
  MAX_UNIDENTIFIED_PER_ADDRESS,
  MAX_UNIDENTIFIED_SOCKETS,
  MAX_VISITORS,
  MAX_VISITORS_PER_ADDRESS,
} from '../../protocol/limits.ts';
import { PLAIN_CLOSE_CODES } from '../../protocol/plain.ts';
import { ConnectRefusal, type Credentials } from '../admission.ts';
import { type DialectHost, STOP_GRACE_MS, type Transport } from '../connections.ts';
import { createFrameGuard } from '../frame-guard.ts';
import type { Caller, Strangers } from '../strangers.ts';
import { refuseHandshake, refuseUpgrade } from '../upgrade-refusals.ts';
import type { TakeUpgrade, UpgradeRouter } from '../upgrades.ts';
import { createWaitingRoom, type WaitingRoom } from '../waiting-room.ts';
import { closeWith } from './close.ts';
import { createPlainCommands } from './commands.ts';
import { BEARER, type CredentialsParts, readCredentials } from './credentials.ts';
import type { PlainEndpoint, PlainEndpointFactory } from './endpoint.ts';
import { type Admitted, refuse, shakeHands } from './handshake.ts';
import { createHeartbeat } from './heartbeat.ts';
import { createInbox, type Inbox } from './inbox.ts';
import { PlainPeer } from './peer.ts';

/** As for a refused handshake. */
const GREETING_RETRY_MS = 1_000;

export interface PlainParts extends CredentialsParts {
  readonly upgrades: UpgradeRouter;
  readonly endpoints: readonly PlainEndpointFactory[];
  readonly strangers: Strangers;
  readonly clock: Clock;
  readonly metrics: Pick<RealtimeMetrics, 'messageSent' | 'plainConnections'>;
  readonly log: Log;
}

/** Plain WebSockets: any client that can open one becomes a peer of the endpoint that it asked for. */
export const createPlainSockets =
  (parts: PlainParts) =>
  (host: DialectHost): Transport => {
    const { upgrades, strangers, clock } = parts;
    const connect = createConnect(parts, host);
    const enter = createDoor(parts);
    const server = createServer(clock);
    const guard = createFrameGuard({ ...parts, floodCode: PLAIN_CLOSE_CODES.flood });
    const open = new Set<WebSocket>();
    let isStopped = false;

    const takeTo =
      (endpoint: PlainEndpoint): TakeUpgrade =>
      (request, connection, head) => {
        if (isStopped) return refuseUpgrade(connection, 'UNAVAILABLE', clock);
        const caller = strangers.callerOf(request);
        const refusal = strangers.refusalAtDoor(caller);
        if (refusal !== null) return refuseUpgrade(connection, refusal, clock);
        const entered = enter(request, endpoint, caller);
        if (!entered) return refuseUpgrade(connection, 'RATE_LIMITED', clock);
        connection.once('close', () => entered.left());
        server.handleUpgrade(request, connection, head, (ws) => {
          follow(ws, open);
          guard(ws);
          void connect(endpoint, ws, request, entered);
        });
      };
    for (const create of parts.endpoints) {
      const endpoint = create(host);
      parts.metrics.plainConnections(endpoint.path, 0);
      upgrades.route(endpoint.path, takeTo(endpoint));
    }

    return {
      async stop() {
        isStopped = true;
        connect.stop();
        if (open.size === 0) return;
        const closed = [...open].map((ws) => new Promise((resolve) => ws.once('close', resolve)));
        for (const ws of open) closeWith(ws, PLAIN_CLOSE_CODES.restart, 'drain', clock);
        const cancelCut = clock.after(STOP_GRACE_MS, () => {
          for (const ws of open) ws.terminate();
        });
        await Promise.all(closed).finally(cancelCut);
      },
    };
  };

/** A function of its own: its closure lives as long as the socket, and the handshake's would keep the credentials. */
function follow(ws: WebSocket, open: Set<WebSocket>): void {
  open.add(ws);
  ws.once('close', () => open.delete(ws));
}

function createServer(clock: Clock): WebSocketServer {
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: MAX_PLAIN_FRAME_BYTES,
    // Frames are encoded once for all sockets, which compression per socket would undo.
    perMessageDeflate: false,
    // Never the token, which would be sent back.
    handleProtocols: (protocols) => (protocols.has(BEARER) ? BEARER : false),
  });
  server.on('wsClientError', (error, connection) => refuseHandshake(connection, error, clock));
  return server;
}

/** What a client shows at the door, and what becomes of its place among those who have not said who they are. */
interface Entered {
  readonly shown: Credentials | null;
  readonly caller: Caller;
  identified(): void;
  /**
   * What it showed was no good. It has a place until it has read why; false where there is none: anything can be
   * shown, so that a refused socket counts as one that showed nothing.
   */
  refused(): boolean;
  left(): void;
}

const nothing = (): void => {};
const yes = (): boolean => true;

/** It takes a place only once what it showed was refused. */
function placeOfShown(shown: Credentials, waiting: WaitingRoom, caller: Caller): Entered {
  let leave: Cancel | null = null;
  let isGone = false;
  return {
    shown,
    caller,
    identified: nothing,
    refused() {
      if (!isGone) leave = waiting.enter(caller.address);
      return leave !== null;
    },
    left() {
      isGone = true;
      leave?.();
    },
  };
}

/** Null where there is no room for those who say nothing. */
function createDoor(parts: PlainParts) {
  const waiting = createWaitingRoom({
    perAddress: MAX_UNIDENTIFIED_PER_ADDRESS,
    inAll: MAX_UNIDENTIFIED_SOCKETS,
  });
  const visitors = createWaitingRoom({ perAddress: MAX_VISITORS_PER_ADDRESS, inAll: MAX_VISITORS });

  return (request: IncomingMessage, { isPublic = false }: PlainEndpoint, caller: Caller): Entered | null => {
    const shown = readCredentials(request, parts);
    // A cookie that has run out must not shut a page for everybody; a token is there to be looked at.
    if (shown && (shown.token !== undefined || !isPublic)) return placeOfShown(shown, waiting, caller);
    const leave = (isPublic ? visitors : waiting).enter(caller.address);
    if (!leave) return null;
    return isPublic
      ? {
          shown: { sessionId: null, visitor: caller.address },
          caller,
          identified: nothing,
          refused: yes,
          left: leave,
        }
      : { shown: null, caller, identified: leave, refused: yes, left: leave };
  };
}

/** What happens to a socket after its upgrade: handshake, greeting, messages, end. */
function createConnect({ strangers, clock, metrics, log }: PlainParts, host: DialectHost) {
  const receive = createPlainCommands({ host, metrics });
  const heartbeat = createHeartbeat(clock);

  function serve(
    { path, dialect, commands, greet, left }: PlainEndpoint,
    ws: WebSocket,
    { socket: line }: IncomingMessage,
    inbox: Inbox,
    { id, principal }: Admitted,
  ): void {
    const peer = new PlainPeer({ id, principal, dialect, ws, line, clock });
    ws.once('close', () => {
      metrics.plainConnections(path, -1);
      left?.(peer);
      host.leave(peer);
      host.release(principal, id);
    });
    metrics.plainConnections(path, 1);
    heartbeat.follow(peer, ws);
    host.join(peer);
    const open = (): void => inbox.open((message) => receive(peer, commands, message));
    const greeted = greet?.(peer);
    if (greeted) greeted.then(open, (error: unknown) => sendAway(ws, error));
    else open();
  }

  /** The greeting failed: an outage, or a mistake here. */
  function sendAway(ws: WebSocket, error: unknown): void {
    if (!isUnavailable(error)) log.error({ err: error }, 'a plain client could not be greeted');
    refuse(ws, new ConnectRefusal('UNAVAILABLE', 'Service unavailable', true, GREETING_RETRY_MS), clock);
  }

  async function connect(
    endpoint: PlainEndpoint,
    ws: WebSocket,
    request: IncomingMessage,
    { shown, caller, identified, refused }: Entered,
  ): Promise<void> {
    // It closes by itself, with the code of the violation.
    ws.on('error', (error) => log.debug({ err: error }, 'a client violated the protocol'));
    const inbox = createInbox(ws);
    const admitted = await shakeHands(ws, inbox, shown, {
      admission: host,
      refused: (code) => void strangers.refused(caller, code),
      clock,
      log,
    });
    if (!admitted) {
      // Ends the line behind the reason, without the client's own close.
      if (!refused()) request.socket.destroySoon();
      return;
    }
    identified();
    serve(endpoint, ws, request, inbox, admitted);
  }

  return Object.assign(connect, { stop: heartbeat.stop });
}
