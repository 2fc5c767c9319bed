import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Redis } from 'ioredis';
import { type RedisServer, startRedisServer } from '../../../local/redis-server.ts';
import { freePort } from '../../../local/server-process.ts';
import { silentLog } from '../../../rig/log.ts';
import { until } from '../../../rig/wait.ts';
import { createRedisClients } from '../../../src/adapters/redis/clients.ts';
import { makeCertificate } from '../../support/guarded-postgres.ts';

const ATTEMPTS = 150;

let folder: string;
let server: RedisServer;
let url: string;
beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'tradecast-clients-'));
  const { ca, certificate, key } = makeCertificate(folder, 'own');
  const tlsPort = await freePort();
  server = await startRedisServer({
    settings: {
      'tls-port': String(tlsPort),
      'tls-cert-file': certificate,
      'tls-key-file': key,
      'tls-ca-cert-file': ca,
      'tls-auth-clients': 'no',
    },
  });
  url = `rediss://127.0.0.1:${tlsPort}`;
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

test('a connection that ends anywhere in the handshake with an unknown authority leaves no error unheard', async () => {
  const clients = createRedisClients({ url, log: silentLog });
  const unheard: string[] = [];
  const note = (error: Error): void => void unheard.push(error.message);
  process.on('uncaughtException', note);
  const all: Redis[] = [];
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const client = clients.newPublisher();
    all.push(client);
    client.connect().catch(() => {});
    for (let turns = 0; turns < attempt % 60; turns++) await turn();
    client.disconnect();
  }
  await until(() => all.every(({ stream }) => stream?.destroyed !== false), 'every socket is closed');
  process.off('uncaughtException', note);
  expect(unheard).toEqual([]);
});

test('a second error of one connection is heard, and the first is reported', async () => {
  const client = createRedisClients({ url, log: silentLog }).newPublisher();
  const reported: string[] = [];
  client.on('error', ({ message }: Error) => reported.push(message));
  client.connect().catch(() => {});
  // Sooner than the socket breaks by itself.
  await turn();
  const { stream } = client;
  client.disconnect();
  stream.emit('error', new Error('first'));
  stream.emit('error', new Error('second'));
  expect(reported).toEqual(['first']);
});
