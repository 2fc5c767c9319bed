import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import express from 'express';
import { clientAddress } from '../../src/lib/address.ts';

test.each([
  ['none', 0, undefined, '127.0.0.1'],
  ['none, whatever the client writes', 0, '203.0.113.1', '127.0.0.1'],
  ['one', 1, '203.0.113.1', '203.0.113.1'],
  ['one, behind what the client wrote', 1, '198.51.100.9, 203.0.113.1', '203.0.113.1'],
  ['two', 2, '198.51.100.9,203.0.113.1, 192.0.2.7', '203.0.113.1'],
  ['two, of which one is not there', 2, '203.0.113.1', '203.0.113.1'],
  ['one that says nothing', 1, undefined, '127.0.0.1'],
  ['one that says an empty word', 1, '', '127.0.0.1'],
])(
  'behind proxies (%s) the client is the one that Express finds',
  async (_how, proxies, forwarded, expected) => {
    const app = express();
    app.set('trust proxy', proxies);
    app.get('/', ({ ip, socket, headers }, res) => {
      res.json([
        ip,
        clientAddress(socket.remoteAddress, headers['x-forwarded-for'] as string | undefined, proxies),
      ]);
    });
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const answer = await fetch(`http://127.0.0.1:${port}/`, {
      headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
    });
    expect(await answer.json()).toEqual([expected, expected]);
    server.close();
  },
);
