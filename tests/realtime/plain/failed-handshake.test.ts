import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, jest, test } from '@jest/globals';
import { WebSocket, WebSocketServer } from 'ws';
import { shakeHands } from '../../../src/realtime/plain/handshake.ts';
import { createInbox } from '../../../src/realtime/plain/inbox.ts';
import { createManualClock } from '../../support/manual-clock.ts';

test('a handshake that fails by a mistake of the service closes with 1013, and is logged', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const error = jest.fn();
  const mistake = new TypeError('a mistake');
  const admission = { admit: () => Promise.reject(mistake), release: () => {} };
  const clock = createManualClock('2026-06-15T15:00:00Z');
  server.on('connection', (ws) => {
    void shakeHands(
      ws,
      createInbox(ws),
      { sessionId: 'one' },
      { admission, refused: () => {}, clock, log: { error } },
    );
  });
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const [code] = await once(client, 'close');
  server.close();
  expect(code).toBe(1013);
  expect(error).toHaveBeenCalledWith({ err: mistake }, 'a handshake failed');
});
