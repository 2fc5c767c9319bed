import { type Server as HttpServer, type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

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
    else if (!url.startsWith(SOCKET_IO)) refuseUpgrade(connection, 404);
  });
  return { route: (path, take) => void routes.set(path, take) };
}

/** Answers a request for a WebSocket with a status, and closes the connection. */
export function refuseUpgrade(connection: Duplex, status: 404 | 429 | 503): void {
  // The client may have gone: there is nobody to answer then.
  connection.on('error', () => {});
  connection.once('finish', () => connection.destroy());
  connection.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
  );
}
