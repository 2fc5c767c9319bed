import { execFile } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { type RedisServer, startRedisServer } from '../../../local/redis-server.ts';
import { repoRoot } from '../../../rig/source-files.ts';

let server: RedisServer;
let admin: Redis;
beforeAll(async () => {
  server = await startRedisServer();
  admin = new Redis(server.url);
  await admin.call('ACL', 'SETUSER', 'limited', 'on', '>password', '~*', '&tradecast*', '+@all');
});
afterAll(async () => {
  admin.disconnect();
  await server.stop();
});

/** `node scripts/verify-redis.js` as a person runs it. */
function verify(env: Record<string, string>, ...args: string[]): Promise<{ code: number; output: string }> {
  const { NODE_OPTIONS: _ofJest, ...inherited } = process.env;
  return new Promise((resolve) => {
    const options = { cwd: repoRoot, env: { ...inherited, REDIS_URL: '', ...env } };
    execFile(process.execPath, ['scripts/verify-redis.js', ...args], options, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr }),
    );
  });
}

test('a Redis that has all rights passes, with its round trip and latency', async () => {
  const { code, output } = await verify({ REDIS_URL: server.url, REDIS_PREFIX: 'mine' });
  expect(output).toMatch(/^ok {6}PSUBSCRIBE mine#\/#\*$/m);
  expect(output).toMatch(/^ok {6}scripts on mine:users and mine:places:\*$/m);
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
