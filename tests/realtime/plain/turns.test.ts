import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { WebSocket, WebSocketServer } from 'ws';
import { until } from '../../../rig/wait.ts';
import { MARKET } from '../../../src/protocol/plain-words.ts';
import { createPlainCommands } from '../../../src/realtime/plain/commands.ts';
import { createPlainDialect } from '../../../src/realtime/plain/dialect.ts';
import { createInbox } from '../../../src/realtime/plain/inbox.ts';
import { PlainPeer } from '../../../src/realtime/plain/peer.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { createMemoryPeer } from '../../support/memory-peer.ts';

/** A plain peer whose first message is not done before the test says so. */
async function start() {
  const clock = createManualClock('2026-06-15T15:00:00Z');
  const { promise: first, resolve: release } = Promise.withResolvers<void>();
  const seen = { taken: 0, handled: [] as number[] };
  const receive = createPlainCommands({
    host: {
      pass(_peer, _event, handle) {
        const index = seen.taken++;
        void handle().then(
          () => seen.handled.push(index),
          () => seen.handled.push(index),
        );
      },
      async charge(_peer, _event, run) {
        await first;
        return run();
      },
      refuseUnknown: () => Promise.reject(new Error('unknown')),
    },
    metrics: { messageSent() {} },
  });
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  await once(server, 'listening');
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const [ws, { socket: line }] = await once(server, 'connection');
  const { principal } = createMemoryPeer();
  const peer = new PlainPeer({
    id: 'one',
    principal,
    dialect: createPlainDialect(MARKET, clock),
    ws,
    line,
    clock,
  });
  createInbox(ws).open((message) => receive(peer, {}, message));
  if (client.readyState !== client.OPEN) await once(client, 'open');
  return {
    client,
    seen,
    release,
    isPaused: (): boolean => ws.isPaused,
    close() {
      client.terminate();
      server.close();
    },
  };
}

test('what a client sends during a slow turn waits in its line, and is handled in its order afterwards', async () => {
  const { client, seen, release, isPaused, close } = await start();
  const count = 3_000;
  client.send('{"type":"ping"}');
  const filler = 'x'.repeat(13_800);
  for (let index = 1; index < count; index++) client.send(filler);
  await until(() => isPaused() || client.bufferedAmount === 0, 'the flood is held up, or has been read');
  // Sixteen, and what was read with them.
  expect(seen.taken).toBeLessThan(40);
  expect(seen.handled).toEqual([]);
  release();
  await until(() => seen.handled.length === count, 'all of them are handled');
  expect(seen.handled).toEqual(Array.from({ length: count }, (_, index) => index));
  expect(isPaused()).toBe(false);
  close();
});
