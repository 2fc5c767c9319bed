import type { IncomingMessage, Server } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import {
  type Account,
  answerClient,
  type ClientMessage,
  type ClusterBehaviour,
  endLogin,
  type OpenConnection,
  type StandInConnection,
  type StandInLogin,
  status,
} from './account.ts';

/** One of upstream's WebSockets: its own logins, its own one place. */
export interface StandInCluster {
  readonly wsUrl: string;
  readonly connections: readonly StandInConnection[];
  /** Every login that was let in, in order. */
  readonly logins: readonly StandInLogin[];
  /** Changes how it behaves from now on. */
  readonly behaviour: ClusterBehaviour;
}

/** A cluster as this side has it. */
export interface OpenCluster<Behaviour extends ClusterBehaviour> {
  readonly connections: readonly OpenConnection[];
  readonly logins: readonly StandInLogin[];
  readonly behaviour: Behaviour;
  close(): void;
}

/** Takes the upgrades of `/stocks` or `/options`. */
export function openCluster<Behaviour extends ClusterBehaviour>(
  server: Server,
  { cluster, key, behaviour }: Pick<Account, 'cluster' | 'key'> & { readonly behaviour: Behaviour },
  happened: () => void,
): OpenCluster<Behaviour> {
  const account = {
    cluster,
    key,
    connections: [] as OpenConnection[],
    logins: [] as StandInLogin[],
    behaviour,
  };
  const sockets = new WebSocketServer({ noServer: true, autoPong: false });
  server.on('upgrade', (request: IncomingMessage, socket, head) => {
    if (request.url !== `/${cluster}`) return;
    sockets.handleUpgrade(request, socket, head, (opened) => sockets.emit('connection', opened, request));
  });
  sockets.on('connection', (socket) => {
    const connection = toConnection(socket);
    account.connections.push(connection);
    socket.on('ping', (data) => behaviour.pongs && socket.pong(data));
    socket.on('close', () => {
      endLogin(connection);
      happened();
    });
    socket.on('message', (data: Buffer) => {
      const said = JSON.parse(data.toString()) as ClientMessage;
      connection.said.push(said);
      if (!behaviour.mute) answerClient(account, connection, said);
      happened();
    });
    if (!behaviour.mute) connection.send([status('connected', 'Connected Successfully')]);
    happened();
  });
  return {
    ...account,
    close() {
      for (const { socket } of account.connections) socket.terminate();
      sockets.close();
    },
  };
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
