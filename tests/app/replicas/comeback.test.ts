import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { io, type Socket } from 'socket.io-client';
import { type SeededUser, seedUsers } from '../../../rig/seed.ts';
import { until } from '../../../rig/wait.ts';
import { startCluster, type TestCluster } from '../../support/cluster.ts';

const USERS = 200;

let cluster: TestCluster;
const sockets: Socket[] = [];
beforeAll(async () => {
  cluster = await startCluster({ replicas: 2 });
});
afterAll(async () => {
  for (const socket of sockets) socket.disconnect();
  await cluster.close();
});

/** A client as the protocol's example has it: asks for everything on each connect, from where it was. */
interface Client {
  readonly user: SeededUser;
  readonly problems: unknown[];
  readonly seqs: number[];
  confirmed: number;
  position: { epoch: string; after: number } | null;
}

function open(port: number, user: SeededUser): Client {
  const client: Client = { user, problems: [], seqs: [], confirmed: 0, position: null };
  const socket = io(`http://127.0.0.1:${port}`, {
    transports: ['websocket'],
    forceNew: true,
    auth: { sessionID: user.sessionID },
    reconnectionDelay: 100,
    reconnectionDelayMax: 500,
  });
  sockets.push(socket);
  socket.on('connect', () => {
    socket.emit('subscribe:watchlist', ['AAPL']);
    socket.emit('subscribe:portfolio');
    socket.emit('subscribe:trades', ...(client.position ? [client.position] : []));
  });
  socket.on('disconnect', () => {
    client.confirmed = 0;
  });
  socket.on('subscription:confirmed', ({ type, epoch, head, recovered }) => {
    client.confirmed += 1;
    if (type !== 'trades') return;
    if (client.position && !recovered) client.problems.push('not recovered');
    client.position ??= { epoch, after: head };
  });
  socket.on('trade:executed', ({ seq }) => {
    client.seqs.push(seq);
    client.position!.after = seq;
  });
  socket.on('error', (error) => client.problems.push(error));
  // Without `data` it is the transport: nobody listens yet.
  socket.on('connect_error', (error: Error & { data?: object }) => {
    if (error.data) client.problems.push(error.data);
  });
  return client;
}

test('a restart of every replica brings all clients back, with what they missed and without an error', async () => {
  const users = await seedUsers(cluster.database.db, USERS);
  const ports = cluster.apps.map(({ port }) => port);
  const clients = users.map((user, at) => open(ports[at % 2]!, user));
  const allSubscribed = (): boolean => clients.every(({ confirmed }) => confirmed === 3);
  await until(allSubscribed, 'everybody is subscribed');

  await Promise.all(cluster.apps.map((app) => app.stop()));
  await until(() => clients.every(({ confirmed }) => confirmed === 0), 'everybody is cut off');
  const [back] = await Promise.all(ports.map((port) => cluster.join({ env: { PORT: String(port) } })));
  const told = users.map(({ userId }, at) =>
    back!.hook('/hooks/trades', {
      eventId: `away-${at}`,
      userId,
      type: 'executed',
      trade: { id: `t${at}`, symbol: 'AAPL', side: 'buy', quantity: 1, price: 187.5 },
    }),
  );
  expect((await Promise.all(told)).every(({ status }) => status === 202)).toBe(true);

  await until(allSubscribed, 'everybody is subscribed again');
  await until(() => clients.every(({ seqs }) => seqs.length > 0), 'everybody has heard of the trade');
  expect(clients.flatMap(({ problems }) => problems)).toEqual([]);
  expect(new Set(clients.map(({ seqs }) => seqs.join()))).toEqual(new Set(['1']));
});
