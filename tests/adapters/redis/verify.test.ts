import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { type RedisServer, startRedisServer } from '../../../local/redis-server.ts';
import { freePort } from '../../../local/server-process.ts';
import { repoRoot } from '../../../rig/source-files.ts';
import { makeCertificate } from '../../support/guarded-postgres.ts';

let folder: string;
let server: RedisServer;
let tlsPort: number;
let admin: Redis;
beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'tradecast-verify-'));
  const { ca, certificate, key } = makeCertificate(folder, 'own');
  tlsPort = await freePort();
  server = await startRedisServer({
    settings: {
      'tls-port': String(tlsPort),
      'tls-cert-file': certificate,
      'tls-key-file': key,
      'tls-ca-cert-file': ca,
      'tls-auth-clients': 'no',
    },
  });
  admin = new Redis(server.url);
  await admin.call('ACL', 'SETUSER', 'limited', 'on', '>password', '~*', '&tradecast*', '+@all');
});
afterAll(async () => {
  admin.disconnect();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

interface Outcome {
  code: number;
  output: string;
}
/** `node scripts/verify-redis.js` as a person runs it. */
const verify = (env: Record<string, string>, ...args: string[]): Promise<Outcome> => runNode([], env, args);

function runNode(flags: string[], env: Record<string, string>, args: string[]): Promise<Outcome> {
  const { NODE_OPTIONS: _ofJest, ...inherited } = process.env;
  return new Promise((resolve) => {
    const options = { cwd: repoRoot, env: { ...inherited, REDIS_URL: '', ...env } };
    execFile(
      process.execPath,
      [...flags, 'scripts/verify-redis.js', ...args],
      options,
      (error, stdout, stderr) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr }),
    );
  });
}

test('a Redis that has all rights passes, with its round trip and latency', async () => {
  const { code, output } = await verify({ REDIS_URL: server.url, REDIS_PREFIX: 'mine' });
  expect(output).toMatch(/^ok {6}PSUBSCRIBE mine#\/#\*$/m);
  expect(output).toMatch(/^ok {6}scripts on mine:place:\*$/m);
  expect(output).toMatch(/^ok {6}round trip over the adapter: median [\d.]+ ms, slowest [\d.]+ ms$/m);
  expect([code, output.includes('FAILED')]).toEqual([0, false]);
});

test('a user without the pattern of the adapter fails, and is told the grant and the whole line', async () => {
  const { code, output } = await verify({}, server.url.replace('redis://', 'redis://limited:password@'));
  expect(code).toBe(1);
  expect(output.match(/^FAILED/gm)).toHaveLength(1);
  expect(output).toMatch(/^FAILED {2}Redis .* refuses PSUBSCRIBE tradecast#\/#\* .*'&tradecast#\/#\*'/m);
  expect(output).toMatch(/ACL SETUSER limited on '>password' resetkeys resetchannels -@all ~tradecast:\*/);
});

test.each([
  ['redis://127.0.0.1:1', /^FAILED {2}No connection: connect ECONNREFUSED/m],
  ['http://127.0.0.1', /REDIS_URL must begin with redis:\/\//],
  ['', /^Set REDIS_URL, or give the address/m],
])('%s is refused in one sentence', async (address, sentence) => {
  const { code, output } = await verify({}, ...(address === '' ? [] : [address]));
  expect(code).toBe(1);
  expect(output).toMatch(sentence);
  expect(output).not.toMatch(/^\s+at /m);
});

test.each([
  ['rediss://127.0.0.1:PLAIN', /speaks no TLS: begin REDIS_URL with redis:\/\//],
  ['redis://127.0.0.1:TLS', /speaks TLS: begin REDIS_URL with rediss:\/\//],
])('%s is one line, which says what to change', async (address, sentence) => {
  const url = address.replace('PLAIN', String(server.port)).replace('TLS', String(tlsPort));
  const { code, output } = await verify({}, url);
  expect([code, output.match(/^FAILED/gm)?.length]).toEqual([1, 1]);
  expect(output).toMatch(sentence);
});

test('a Redis that is read-only fails without a word of rights: none is missing', async () => {
  await admin.replicaof('127.0.0.1', '1');
  const { code, output } = await verify({}, server.url);
  await admin.replicaof('NO', 'ONE');
  expect([code, output.includes('ACL SETUSER')]).toEqual([1, false]);
  expect(output).toMatch(/^FAILED {2}SET tradecast:monitor: READONLY/m);
});

test('where the user "default" lacks a right, the line makes another user and takes nothing from it', async () => {
  await admin.call('ACL', 'SETUSER', 'default', '-incrby');
  const { code, output } = await verify({}, server.url);
  await admin.call('ACL', 'SETUSER', 'default', '+incrby');
  expect([code, /SETUSER default on/.test(output)]).toEqual([1, false]);
  expect(output).toMatch(/^FAILED .* refuses scripts on tradecast:limit/m);
  expect(output).toMatch(/A user of its own .* ACL SETUSER tradecast on '>password' resetkeys/);
});

test('a Node that runs no TypeScript starts the check again with the one that the packages brought', async () => {
  const { code, output } = await runNode(['--no-experimental-strip-types'], {}, [server.url]);
  expect([code, output.match(/^ok {6}round trip/gm)?.length]).toEqual([0, 1]);
});

test('a Node that runs no TypeScript, without those packages, says what to install', async () => {
  const ownNode = path.join(repoRoot, 'node_modules/.bin/node');
  const { code, output } = await runNode(['--no-experimental-strip-types'], { TRADECAST_NODE: ownNode }, [
    server.url,
  ]);
  expect(code).toBe(1);
  expect(output).toMatch(
    /^This is Node [\d.]+, and the check needs 22.18 or later. Run npm ci, which brings one.$/m,
  );
});
