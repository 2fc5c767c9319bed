/** @jest-environment node */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createFrameTap, type WireFrame } from '../../../dashboard/src/realtime/frame-tap.ts';
import { openSocket, type TradecastSocket } from '../../../dashboard/src/realtime/socket.ts';
import { until } from '../../../rig/wait.ts';
import { AUTH } from '../support/desk.ts';
import { type Double, startDouble } from '../support/double.ts';
import { quoteOf } from '../support/fixtures.ts';

let server: Double;
let socket: TradecastSocket;
beforeEach(async () => {
  server = await startDouble();
  socket = openSocket(AUTH, server.url);
});
afterEach(async () => {
  socket.disconnect();
  await server.close();
});

const has = (frames: readonly WireFrame[], price: number) => () =>
  frames.some(({ direction, text }) => direction === 'in' && text.includes(`"price":${price},`));

test.each([
  ['before the first connect', () => Promise.resolve()],
  [
    'between transport and namespace',
    async () => {
      const opened = new Promise<void>((resolve) => socket.io.once('open', resolve));
      socket.connect();
      await opened;
    },
  ],
  [
    'on a connected socket',
    async () => {
      socket.connect();
      await until(() => socket.connected, 'the socket is connected');
    },
  ],
])('whoever follows %s gets every later frame, over reconnects, until the end', async (_when, begin) => {
  await begin();
  const frames: WireFrame[] = [];
  const stop = createFrameTap(socket)((frame) => frames.push(frame));
  socket.connect();
  await until(() => socket.connected, 'the socket is connected');
  server.quote('AAPL', { price: 1 });
  await until(has(frames, 1), 'the frame of a quote');
  server.cut();
  await until(() => !socket.connected, 'the connection is cut');
  socket.connect();
  await until(() => socket.connected, 'the socket is connected again');
  server.quote('AAPL', { price: 2 });
  await until(has(frames, 2), 'a frame of the new connection');
  expect(frames.filter(({ text }) => text.includes('"price":2,'))).toHaveLength(1);
  expect(JSON.stringify(frames)).not.toContain('sessionID');

  stop();
  const followed = frames.length;
  const next = new Promise((resolve) => socket.once('quote:update', resolve));
  server.quote('AAPL', quoteOf('AAPL'));
  await next;
  expect(frames).toHaveLength(followed);
});
