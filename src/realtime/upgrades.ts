import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '../lib/clock.ts';
import { refuseUpgrade } from './upgrade-refusals.ts';

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
export function createUpgradeRouter(httpServer: HttpServer, clock: Clock): UpgradeRouter {
  const routes = new Map<string, TakeUpgrade>();
  httpServer.on('upgrade', (request, connection: Duplex, head: Buffer) => {
    const url = request.url ?? '';
    const take = routes.get(url.split('?', 1)[0]!);
    if (take) take(request, connection, head);
    else if (!url.startsWith(SOCKET_IO)) refuseUpgrade(connection, 'NOT_FOUND', clock);
  });
  return { route: (path, take) => void routes.set(path, take) };
}
