import { get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { createHttpServer } from '../../src/http/server.ts';
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
