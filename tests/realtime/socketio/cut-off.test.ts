import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Namespace } from 'socket.io';
import { Adapter } from 'socket.io-adapter';
import { disconnected, openSocket } from '../../../rig/clients/stock-client.ts';
import { silentLog } from '../../../rig/log.ts';
import { readRepoFile } from '../../../rig/source-files.ts';
import { until } from '../../../rig/wait.ts';
import { userRoom } from '../../../src/protocol/rooms.ts';
import { type PeerHost, STOP_GRACE_MS, type Transport } from '../../../src/realtime/connections.ts';
import { CLOSE_GRACE_MS, type CloseReason, type Peer } from '../../../src/realtime/peer.ts';
import { createPrincipal } from '../../../src/realtime/principal.ts';
import { createSocketIo } from '../../../src/realtime/socketio/server.ts';
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts';
import { section, tableRows, unquoted } from '../../support/markdown.ts';
import { testUser } from '../../support/memory-peer.ts';
import { openRaw, type RawClient } from '../../support/raw-client.ts';
import { OPEN_DOOR } from '../../support/realtime.ts';

let clock: ManualClock;
let httpServer: HttpServer;
let transport: Transport;
/** The service's ends of all connections, in the order of their arrival. */
let connections: Socket[];
let peers: Peer[];
let clients: RawClient[];

/** What another service emits into rooms goes through it. */
let namespace: Namespace;
class KnownAdapter extends Adapter {
  constructor(of: Namespace) {
    super(of);
    namespace = of;
  }
}

/** Admits everybody, and greets. */
const host: PeerHost = {
  admit: async (_id, { sessionId }) => createPrincipal(testUser(), sessionId ?? ''),
  release() {},
  join(peer) {
    peers.push(peer);
    peer.write([peer.dialect.encode('connected', {} as never)!]);
  },
  receive() {},
  members: (room) =>
    room.startsWith(userRoom(''))
      ? peers.filter(({ principal }) => room === userRoom(principal.user.id))
      : null,
  leave: (peer) => void peers.splice(peers.indexOf(peer), 1),
};

beforeEach(async () => {
  clock = createManualClock('2026-03-02T15:00:00.000Z');
  [connections, peers, clients] = [[], [], []];
  httpServer = createServer();
  httpServer.on('connection', (connection: Socket) => connections.push(connection));
  httpServer.listen(0, '127.0.0.1');
  await once(httpServer, 'listening');
  transport = createSocketIo({
    httpServer,
    adapter: KnownAdapter as never,
    ...OPEN_DOOR,
    sessionSecrets: () => [],
    clock,
    metrics: { messageSent() {} },
    log: silentLog,
  })(host);
});
afterEach(async () => {
  for (const { ws } of clients) ws.terminate();
  for (const connection of connections) connection.destroy();
  await transport.stop();
});

const port = (): number => (httpServer.address() as AddressInfo).port;
/** A client that reads nothing from now on, so no close frame of the service is answered. */
async function pausedClient(): Promise<RawClient> {
  const client = await openRaw(port(), { sessionID: 'a-session' });
  clients.push(client);
  client.pause();
  return client;
}
const destroyed = (): boolean[] => connections.map((connection) => connection.destroyed);

describe.each([
  ['slow_consumer', 4008, 0],
  ['flood', 4029, 1],
] as const)('a peer that is closed as %s', (reason, code, counted) => {
  test('and does not read the close frame is cut when its time is over, and not before', async () => {
    await pausedClient();
    peers[0]!.close(reason);
    clock.advance(CLOSE_GRACE_MS - 1);
    expect([destroyed(), peers.length]).toEqual([[false], counted]);
    clock.advance(1);
    expect(destroyed()).toEqual([true]);
    await until(() => peers.length === 0, 'its place is free');
  });

  test('and reads on within its time learns why', async () => {
    const client = await pausedClient();
    peers[0]!.close(reason);
    clock.advance(CLOSE_GRACE_MS - 1);
    client.resume();
    expect(await client.closed).toEqual({ code, reason });
  });
});

test('a slow reader that was closed is sent nothing more, whatever goes to its rooms', async () => {
  await pausedClient();
  const [peer] = peers;
  const [connection] = connections;
  const flood = (): void => {
    for (let sent = 0; sent < 100; sent++)
      namespace.to(userRoom(peer!.principal.user.id)).emit('news', 'x'.repeat(60_000));
  };
  flood();
  expect(peer!.queuedBytes()).toBeGreaterThan(1_000_000);
  peer!.close('slow_consumer');
  expect([peer!.isOpen(), peers.length]).toEqual([false, 0]);
  flood();
  await until(
    () => peer!.queuedBytes() === connection!.writableLength,
    'what waited for the line is dropped',
  );
  expect(connection!.writableLength).toBeLessThan(100_000);
});

const ends = tableRows(section(readRepoFile('docs/protocol.md'), 'Ends of a connection')).map(
  ([end, code, reason]) => [unquoted(end!) as CloseReason, Number(code), unquoted(reason!)] as const,
);
test.each(ends)(
  'the end %s has the close code %d, and a stock client calls it "%s"',
  async (end, code, reason) => {
    const raw = await openRaw(port(), { sessionID: 'a-session' });
    clients.push(raw);
    const stock = openSocket(`http://127.0.0.1:${port()}`, { auth: { sessionID: 'a-session' } });
    const ended = disconnected(stock);
    await until(() => peers.length === 2, 'both are connected');
    for (const peer of [...peers]) peer.close(end);
    expect([(await raw.closed).code, await ended]).toEqual([code, reason]);
  },
);

test('a client that leaves the namespace and does not answer the close frame is cut after a second', async () => {
  const client = await openRaw(port(), { sessionID: 'a-session' });
  clients.push(client);
  client.send('41');
  client.pause();
  await until(() => peers.length === 0, 'it has left');
  clock.advance(999);
  expect(destroyed()).toEqual([false]);
  clock.advance(1);
  expect(destroyed()).toEqual([true]);
});

describe('a stop', () => {
  test.each([
    ['a client that reads nothing', pausedClient],
    ['a request that never arrives whole', unfinishedRequest],
  ])('cuts %s when its time is over, and waits for it until then', async (_what, open) => {
    await open();
    let isStopped = false;
    const stopped = transport.stop().then(() => {
      isStopped = true;
    });
    await until(() => !httpServer.listening, 'the port is closed');
    clock.advance(STOP_GRACE_MS - 1);
    expect([destroyed(), isStopped]).toEqual([[false], false]);
    clock.advance(1);
    expect(destroyed()).toEqual([true]);
    await stopped;
  });

  test('waits for nothing where every client reads, and leaves no timer', async () => {
    const client = await openRaw(port(), { sessionID: 'a-session' });
    await transport.stop();
    await client.closed;
    expect(clock.pending()).toBe(0);
  });
});

async function unfinishedRequest(): Promise<void> {
  const client = connect(port(), '127.0.0.1').on('error', () => {});
  const arrived = once(httpServer, 'connection');
  client.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{');
  await arrived;
  await once(httpServer, 'request');
}
