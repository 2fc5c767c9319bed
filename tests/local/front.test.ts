import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import net from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { type Front, startFront } from '../../local/front.ts';
import { freePort } from '../../local/server-process.ts';
import { until } from '../../rig/wait.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Answers with its name, and whether it is ready. */
async function startStandIn(
  name: string,
): Promise<{ port: number; state: { ready: boolean }; server: Server }> {
  const state = { ready: true };
  const server = createServer((request, response) => {
    const isReady = request.url === '/ready';
    response.writeHead(isReady && !state.ready ? 503 : 200);
    response.end(isReady ? '{"checks":{}}' : name);
  });
  const port = await freePort();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => stop(server));
  return { port, state, server };
}

async function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  if (server.listening) await new Promise((resolve) => server.close(resolve));
}

async function startBefore(...ports: number[]): Promise<Front> {
  const front = await startFront({ replicas: () => ports });
  cleanups.push(() => front.close());
  return front;
}

const ask = async (front: Front): Promise<string> =>
  (await fetch(front.url, { headers: { connection: 'close' } })).text();
const askOften = async (front: Front): Promise<Set<string>> =>
  new Set(await Promise.all(Array.from({ length: 40 }, () => ask(front))));

test('connections go to every replica that is ready, and to no other', async () => {
  const [one, two] = [await startStandIn('one'), await startStandIn('two')];
  const front = await startBefore(one.port, two.port);
  expect(await askOften(front)).toEqual(new Set(['one', 'two']));
  two.state.ready = false;
  await until(() => front.ready().length === 1, 'the front has asked again');
  expect(await askOften(front)).toEqual(new Set(['one']));
});

test('a connection that a replica refuses is taken to another one, before anybody knows that it is gone', async () => {
  const [one, two] = [await startStandIn('one'), await startStandIn('two')];
  const front = await startBefore(one.port, two.port);
  await stop(two.server);
  expect(await askOften(front)).toEqual(new Set(['one']));
});

test('with nobody ready whoever takes the connection answers it', async () => {
  const [one, two, gone] = [await startStandIn('one'), await startStandIn('two'), await freePort()];
  for (const { state } of [one, two]) state.ready = false;
  const front = await startBefore(one.port, two.port, gone);
  expect(front.ready()).toEqual([]);
  expect(await askOften(front)).toEqual(new Set(['one', 'two']));
});

test('with nobody to send it to a connection is closed', async () => {
  const front = await startBefore(await freePort());
  const socket = net.connect(front.port, '127.0.0.1');
  await once(socket, 'close');
  expect(front.ready()).toEqual([]);
});

test('what was said before one side ended arrives at the other', async () => {
  const ready = 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 13\r\n\r\n{"checks":{}}';
  const echo = net.createServer({ allowHalfOpen: true }, (socket) => {
    let heard = '';
    socket.on('data', (chunk) => {
      heard += chunk;
      if (heard.startsWith('GET /ready')) socket.end(ready);
    });
    socket.on('end', () => !heard.startsWith('GET /ready') && socket.end(heard));
  });
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  cleanups.push(() => new Promise((resolve) => echo.close(resolve)));
  const front = await startBefore((echo.address() as net.AddressInfo).port);
  const socket = net.connect({ port: front.port, host: '127.0.0.1', allowHalfOpen: true });
  const said = 'x'.repeat(1_000_000);
  socket.end(said);
  expect((await socket.toArray()).join('')).toHaveLength(said.length);
});
