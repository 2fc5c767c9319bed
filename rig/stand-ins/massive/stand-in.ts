/** Upstream as the facts about market data describe it, misbehaviour included: the WebSocket and the REST of Massive stocks. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import {
  answerClient,
  type ClientMessage,
  endLogin,
  type OpenConnection,
  type StandInBehaviour,
  type StandInConnection,
  type StandInLogin,
  status,
} from './account.ts';
import { type StandInStream, startStream } from './stream.ts';

/** One question over REST. */
export interface Asked {
  /** Path and query. */
  readonly url: URL;
  readonly authorization: string | undefined;
}

export interface MassiveStandIn {
  readonly wsUrl: string;
  readonly restUrl: string;
  readonly connections: readonly StandInConnection[];
  /** Every login that was let in, in order. */
  readonly logins: readonly StandInLogin[];
  stream(everyMs: number): StandInStream;
  readonly asked: readonly Asked[];
  /** Changes how it behaves from now on. */
  readonly behaviour: StandInBehaviour;
  /** Resolves once `condition` holds; looked at whenever something happens here. */
  until(condition: () => boolean): Promise<void>;
  close(): Promise<void>;
}

export async function startMassiveStandIn(key: string): Promise<MassiveStandIn> {
  const behaviour: StandInBehaviour = {
    plan: {},
    mute: false,
    unacknowledged: new Set(),
    pongs: true,
    dropAfterLogin: false,
    rest: () => ({ body: { status: 'OK' } }),
  };
  const account = { key, connections: [] as OpenConnection[], logins: [] as StandInLogin[], behaviour };
  const streams: StandInStream[] = [];
  const asked: Asked[] = [];
  const events = createWaiting();
  const server = createRest(behaviour, asked, events.happened);
  const sockets = new WebSocketServer({ server, autoPong: false });
  sockets.on('connection', (socket) => {
    const connection = toConnection(socket);
    account.connections.push(connection);
    socket.on('ping', (data) => behaviour.pongs && socket.pong(data));
    socket.on('close', () => {
      endLogin(connection);
      events.happened();
    });
    socket.on('message', (data: Buffer) => {
      const said = JSON.parse(data.toString()) as ClientMessage;
      connection.said.push(said);
      if (!behaviour.mute) answerClient(account, connection, said);
      events.happened();
    });
    if (!behaviour.mute) connection.send([status('connected', 'Connected Successfully')]);
    events.happened();
  });

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    wsUrl: `ws://127.0.0.1:${port}/stocks`,
    restUrl: `http://127.0.0.1:${port}`,
    connections: account.connections,
    logins: account.logins,
    asked,
    behaviour,
    stream(everyMs) {
      const stream = startStream(account.connections, everyMs);
      streams.push(stream);
      return stream;
    },
    until: events.until,
    async close() {
      for (const stream of streams) stream.stop();
      for (const { socket } of account.connections) socket.terminate();
      sockets.close();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function createRest(behaviour: StandInBehaviour, asked: Asked[], happened: () => void): Server {
  return createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://stand-in');
    asked.push({ url, authorization: request.headers.authorization });
    const { status: code = 200, headers = {}, body } = behaviour.rest(url);
    response.writeHead(code, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
    happened();
  });
}

const toConnection = (socket: WebSocket): OpenConnection => ({
  socket,
  login: null,
  said: [],
  topics: new Set(),
  send(frame) {
    socket.send(typeof frame === 'string' || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame));
  },
  drop: () => socket.terminate(),
  isOpen: () => socket.readyState === socket.OPEN,
});

/** Conditions that are looked at whenever something happens. */
function createWaiting(): { happened(): void; until(condition: () => boolean): Promise<void> } {
  const waiting = new Set<() => void>();
  return {
    happened() {
      for (const look of [...waiting]) look();
    },
    until: (condition) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!condition()) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
  };
}
