import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startApp, type TestApp } from '../../rig/app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const HANDSHAKE = {
  Host: 'localhost',
  Upgrade: 'websocket',
  Connection: 'Upgrade',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
};
type Headers = Partial<Record<keyof typeof HANDSHAKE | 'Origin', string>>;

/** Everything that the service writes before it closes. */
async function answerTo(path: string, headers: Headers, method = 'GET') {
  const socket = connect(app.port, '127.0.0.1');
  let text = '';
  socket.on('data', (chunk) => (text += String(chunk)));
  const lines = Object.entries({ ...HANDSHAKE, ...headers }).filter(([, value]) => value !== '');
  socket.write(
    `${method} ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`,
  );
  await once(socket, 'close');
  const [head = '', body = ''] = text.split('\r\n\r\n');
  return { head, status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]), body: JSON.parse(body) as object };
}

const SOCKET_IO = '/socket.io/?EIO=4&transport=websocket';
const FOREIGN = { Origin: 'https://evil.example' };

test.each([
  ['an address without a WebSocket', '/api/nothing', {}, 404, 'NOT_FOUND'],
  ['no key', '/api/socket', { 'Sec-WebSocket-Key': '' }, 400, 'VALIDATION'],
  ['a key that is none', '/api/socket', { 'Sec-WebSocket-Key': 'short' }, 400, 'VALIDATION'],
  ['an unknown version', '/api/socket', { 'Sec-WebSocket-Version': '99' }, 426, 'UPGRADE_REQUIRED'],
  ['no key, over Socket.IO', SOCKET_IO, { 'Sec-WebSocket-Key': '' }, 400, 'VALIDATION'],
  [
    'an unknown version, over Socket.IO',
    SOCKET_IO,
    { 'Sec-WebSocket-Version': '99' },
    426,
    'UPGRADE_REQUIRED',
  ],
  ['a foreign origin', SOCKET_IO, FOREIGN, 403, 'FORBIDDEN'],
  ['an old client', SOCKET_IO.replace('4', '3'), {}, 400, 'UNSUPPORTED_PROTOCOL'],
  ['no version of the client', SOCKET_IO.replace('EIO=4&', ''), {}, 400, 'UNSUPPORTED_PROTOCOL'],
  ['an unknown transport', SOCKET_IO.replace('websocket', 'flash'), {}, 400, 'VALIDATION'],
  ['an unknown connection', `${SOCKET_IO}&sid=nothing`, {}, 400, 'VALIDATION'],
])(
  'a handshake with %s is refused with JSON and a closed code',
  async (_what, path, headers, status, code) => {
    const answer = await answerTo(path, headers);
    expect(answer).toMatchObject({
      status,
      body: { success: false, code, error: expect.stringMatching(/^[A-Z].*\.$/) },
    });
    expect(answer.head).toContain('Content-Type: application/json');
    if (status === 426) expect(answer.head).toContain('Sec-WebSocket-Version: 13');
  },
);
