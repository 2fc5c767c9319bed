import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import type { Clock } from '../../lib/clock.ts';
import type { FramedSocket } from '../frame-guard.ts';
import { CLOSE_GRACE_MS } from '../peer.ts';
import { refuseHandshake } from '../upgrade-refusals.ts';

/**
 * The class of which engine.io makes its WebSocket server: refuses with JSON what is no handshake, guards each socket,
 * and cuts one that does not answer a close frame.
 */
export const guardedServer = (guard: (ws: FramedSocket) => void, clock: Clock) =>
  class extends WebSocketServer {
    constructor(options: ServerOptions) {
      super({ ...options, ...CUT_AFTER });
      this.on('wsClientError', (error, connection) => refuseHandshake(connection, error, clock));
    }

    override handleUpgrade(
      request: IncomingMessage,
      connection: Duplex,
      head: Buffer,
      done: (ws: WebSocket, request: IncomingMessage) => void,
    ): void {
      super.handleUpgrade(request, connection, head, (ws) => {
        guard(ws);
        done(ws, request);
      });
    }
  };

/** An option of `ws` that its types do not have yet. */
const CUT_AFTER = { closeTimeout: CLOSE_GRACE_MS };
