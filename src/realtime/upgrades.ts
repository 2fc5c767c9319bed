import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { answerRaw } from '../lib/raw-answer.ts';
import type { ApiResponse } from '../protocol/http.ts';
import { CONNECT_TIMEOUT_MS } from '../protocol/limits.ts';

/** Takes over the connection of a request that asks for a WebSocket. */
export type TakeUpgrade = (request: IncomingMessage, connection: Duplex, head: Buffer) => void;

/** Which requests for a WebSocket go where. */
export interface UpgradeRouter {
  /** Requests for exactly this path, whatever their query. */
  route(path: string, take: TakeUpgrade): void;
}

/** Socket.IO listens to the same server and takes what begins with its path. */
const SOCKET_IO = '/socket.io/';

/** The router of one HTTP server. A path that nobody takes is answered with 404, and the connection closed. */
export function createUpgradeRouter(httpServer: HttpServer): UpgradeRouter {
  const routes = new Map<string, TakeUpgrade>();
  httpServer.on('upgrade', (request, connection: Duplex, head: Buffer) => {
    const url = request.url ?? '';
    const take = routes.get(url.split('?', 1)[0]!);
    if (take) take(request, connection, head);
    else if (!url.startsWith(SOCKET_IO)) refuseUpgrade(connection, 'NOT_FOUND');
  });
  return { route: (path, take) => void routes.set(path, take) };
}

const REFUSALS = {
  NOT_FOUND: { status: 404, error: 'There is no WebSocket at this address.', retryAfterMs: undefined },
  // Those who wait say who they are, or leave, within this time.
  RATE_LIMITED: {
    status: 429,
    error: 'Too many connections wait to sign in. Try again.',
    retryAfterMs: CONNECT_TIMEOUT_MS,
  },
  UNAVAILABLE: { status: 503, error: 'The server is restarting. Try again.', retryAfterMs: 1_000 },
};

/** Answers a request for a WebSocket with a status, and closes the connection. */
export function refuseUpgrade(connection: Duplex, code: keyof typeof REFUSALS): void {
  const { status, error, retryAfterMs } = REFUSALS[code];
  const refusal: ApiResponse<never> = { success: false, error, code, retryAfterMs };
  // The client may have gone: there is nobody to answer then.
  connection.on('error', () => {});
  connection.once('finish', () => connection.destroy());
  const headers: Record<string, number> =
    retryAfterMs === undefined ? {} : { 'Retry-After': retryAfterMs / 1_000 };
  answerRaw(connection, status, refusal, headers);
}
