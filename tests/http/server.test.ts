import { get, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import { until } from '../../rig/wait.ts';
import { createHttpServer } from '../../src/http/server.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createManualClock } from '../support/manual-clock.ts';

test('a request that is never answered holds the end of a drain up for eight seconds', async () => {
  const clock = createManualClock(0);
  const arrived = Promise.withResolvers<void>();
  const { server, close } = createHttpServer(() => arrived.resolve(), clock);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const request = get({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
  request.on('error', () => {});
  await arrived.promise;

  let over = false;
  const closed = close().then(() => {
    over = true;
  });
  clock.advance(7_999);
  await new Promise(setImmediate);
  expect(over).toBe(false);
  clock.advance(1);
  await closed;
  request.destroy();
  server.closeAllConnections();
});

/** Clients that write these bytes and never close: what they read, and whether the service has closed. */
async function stubborn(server: Server, bytes: string, count: number) {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Array.from({ length: count }, () => {
    const client: { text: string; isCut: boolean; socket: Socket } = {
      text: '',
      isCut: false,
      // Half-open: the end of the service's side does not end this one.
      socket: connect({ port, host: '127.0.0.1', allowHalfOpen: true }),
    };
    client.socket.on('data', (chunk) => (client.text += String(chunk)));
    client.socket.on('error', () => (client.isCut = true));
    client.socket.write(bytes);
    return client;
  });
}
const openConnections = (server: Server) =>
  new Promise<number>((resolve) => server.getConnections((_error, count) => resolve(count)));

test.each([
  ['a request whose headers never end', 'GET / HTTP/1.1\r\nHost: x\r\n', 408, 'UNAVAILABLE', 50],
  [
    'a body that never ends',
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{',
    408,
    'UNAVAILABLE',
    50,
  ],
  ['headers that are too large', `GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'TOO_LARGE', 5],
  ['what is no HTTP', 'SSH-2.0-client\r\n\r\n', 400, 'VALIDATION', 5],
])('the connections of %s are gone soon after the answer', async (_what, bytes, status, code, count) => {
  const { server } = createHttpServer(() => {}, systemClock, { headersMs: 50, requestMs: 100, checkMs: 10 });
  const clients = await stubborn(server, bytes, count);
  await until(() => clients.every(({ text }) => text.endsWith('}')), 'all have their answer');
  for (const { text } of clients) {
    const [head = '', body = ''] = text.split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(JSON.parse(body)).toMatchObject({ success: false, code });
  }
  await until(async () => (await openConnections(server)) === 0, 'the service keeps none of them');
  for (const { socket } of clients) socket.destroy();
  server.close();
});
