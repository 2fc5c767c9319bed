import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { type RedisServer, startRedisServer } from '../../../local/redis-server.ts';
import { freePort } from '../../../local/server-process.ts';
import { silentLog } from '../../../rig/log.ts';
import { until } from '../../../rig/wait.ts';
import { createRedisClients } from '../../../src/adapters/redis/clients.ts';
import { aclLine, checkRights } from '../../../src/adapters/redis/rights.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { StartupError } from '../../../src/lib/startup-error.ts';
import { makeCertificate } from '../../support/guarded-postgres.ts';

let folder: string;
let server: RedisServer;
let tlsPort: number;
let ca: string;
let admin: Redis;
const acl = (...rules: string[]) => admin.call('ACL', 'SETUSER', ...rules);

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'tradecast-rights-'));
  const { ca: authority, certificate, key } = makeCertificate(folder, 'own');
  ca = authority;
  tlsPort = await freePort();
  server = await startRedisServer({
    settings: {
      unixsocket: path.join(folder, 'redis.sock'),
      'tls-port': String(tlsPort),
      'tls-cert-file': certificate,
      'tls-key-file': key,
      'tls-ca-cert-file': ca,
      'tls-auth-clients': 'no',
    },
  });
  admin = new Redis(server.url);
  const words = aclLine('app', 'tradecast')
    .split(' ')
    .slice(2)
    .map((word) => word.replaceAll("'", ''));
  await acl(...words);
});
afterAll(async () => {
  admin.disconnect();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

async function check(url: string, prefix = 'tradecast'): Promise<string | null> {
  try {
    const where = url.replace('HOST', `127.0.0.1:${server.port}`).replace('TLS', `127.0.0.1:${tlsPort}`);
    await checkRights(createRedisClients({ url: where, log: silentLog }), prefix, systemClock);
    return null;
  } catch (error) {
    expect(error).toBeInstanceOf(StartupError);
    const { message } = error as StartupError;
    expect(message).not.toContain('\n');
    return message;
  }
}

describe('at the start', () => {
  test.each([
    ['without a user', 'redis://HOST'],
    ['with the rights of the documented line and no other', 'redis://app:password@HOST'],
    ['with another database', 'redis://app:password@HOST/3'],
    ['over a Unix socket', 'redis://app:password@SOCKET'],
    ['over a Unix socket with unix://', 'unix://app:password@SOCKET?db=2'],
    ['over TLS by a known authority', 'rediss://app:password@TLS?ssl_ca_certs=CA'],
    ['over TLS that is not verified', 'rediss://app:password@TLS?ssl_cert_reqs=none'],
    ['that nobody answers', 'redis://127.0.0.1:1'],
    ['whose socket does not exist yet', 'redis:///no/such/redis.sock'],
  ])('a Redis %s passes', async (_name, url) => {
    expect(await check(url.replace('SOCKET', path.join(folder, 'redis.sock')).replace('CA', ca))).toBeNull();
  });

  test.each([
    ['rediss://h?ssl_cert_reqs=none', 1],
    ['rediss://h', 0],
    ['redis://h', 0],
  ])('%s is logged as not verified %i times', (url, times) => {
    const lines: string[] = [];
    createRedisClients({
      url,
      log: { ...silentLog, warn: (_: object, line: string) => void lines.push(line) },
    });
    expect(lines).toEqual(Array(times).fill(expect.stringContaining('certificate is not verified')));
  });

  test('the trial leaves nothing behind, and counts nobody', async () => {
    await check('redis://HOST');
    const left = async () => (await admin.keys('*')).filter((key) => !key.includes(':limit:trial'));
    await until(async () => (await left()).length === 0, 'every key of the trial has expired');
  });

  test.each([
    ['a wrong password', 'redis://app:wrong@HOST', /refuses the password of the user "app".*write # as %23/],
    [
      'a database that is not there',
      'redis://HOST/99',
      /has no database 99 .*: use \/0 in REDIS_URL, and REDIS_PREFIX/,
    ],
    [
      'an unknown authority',
      'rediss://TLS',
      /not trusted \(\w+\): add ssl_ca_certs=\/path\/to\/ca.pem to REDIS_URL/,
    ],
    ['TLS at a port without it', 'rediss://HOST', /speaks no TLS: begin REDIS_URL with redis:\/\//],
    ['no TLS at a port with it', 'redis://TLS', /speaks TLS: begin REDIS_URL with rediss:\/\//],
    [
      'a missing file of certificates',
      'rediss://TLS?ssl_ca_certs=/no/ca.pem',
      /ssl_ca_certs=\/no\/ca.pem, which cannot be read \(ENOENT\)/,
    ],
  ])('%s is refused in a sentence', async (_name, url, sentence) => {
    expect(await check(url)).toMatch(sentence);
  });

  test.each([
    [
      ['resetchannels', '&tradecast*'],
      /PSUBSCRIBE tradecast#\/#\* to the user "app" .*ACL SETUSER app \+psubscribe '&tradecast#\/#\*'/,
    ],
    [['resetchannels', '&tradecast#/#*'], /SUBSCRIBE tradecast-request#\/#/],
    [['-psubscribe'], /PSUBSCRIBE/],
    [['-publish'], /PUBLISH tradecast#\/# .*\+publish/],
    [['-eval'], /scripts on tradecast:place.*\+eval \+evalsha/],
    [['-evalsha'], /scripts on tradecast:place.*\+eval \+evalsha/],
    [['-zadd'], /scripts on tradecast:place.*\+zadd/],
    [['-incrby'], /scripts on tradecast:limit.*\+incrby/],
    [['resetkeys', '~other:*'], /GET tradecast:monitor.*ACL SETUSER app ~tradecast:\*/],
    [['resetkeys', '~tradecast:[lm]*'], /scripts on tradecast:place/],
    [['-set'], /SET tradecast:monitor.*\+set/],
    [['-ping'], /PING.*\+ping/],
    [['off'], /refuses the password of the user "app"/],
  ])('a user with %j is refused, and the sentence names what to grant', async (rules, sentence) => {
    const before = await admin.call('ACL', 'LIST');
    await acl('app', ...rules);
    expect(await check('redis://app:password@HOST')).toMatch(sentence);
    const line = (before as string[]).find((one) => one.startsWith('user app '))!;
    await acl('app', 'reset', ...line.split(' ').slice(2));
    expect(await check('redis://app:password@HOST')).toBeNull();
  });

  test('a user who may not choose a database is told the grant', async () => {
    await acl('app', '-select');
    expect(await check('redis://app:password@HOST/3')).toMatch(
      /refuses SELECT to the user "app" .*run ACL SETUSER app \+select/,
    );
    await acl('app', '+select');
    expect(await check('redis://app:password@HOST/3')).toBeNull();
  });

  test.each(['redis://HOST', 'rediss://TLS?ssl_cert_reqs=none'])(
    'a Redis at %s that hangs passes',
    async (url) => {
      server.hang();
      const answer = await check(url);
      server.wake();
      expect(answer).toBeNull();
    },
  );

  test('a default user with a password is asked for in REDIS_URL', async () => {
    await admin.config('SET', 'requirepass', 'secret');
    expect(await check('redis://HOST')).toMatch(/asks for a password, and REDIS_URL has none/);
    expect(await check('redis://:secret@HOST')).toBeNull();
    await admin.config('SET', 'requirepass', '');
  });

  test.each([
    [
      'a full memory',
      () => admin.config('SET', 'maxmemory', '1'),
      () => admin.config('SET', 'maxmemory', '0'),
    ],
    [
      'a replica of another Redis',
      () => admin.replicaof('127.0.0.1', '1'),
      () => admin.replicaof('NO', 'ONE'),
    ],
  ])('%s passes: it is a state that ends, and the health has it', async (_name, begin, end) => {
    await begin();
    const answer = await check('redis://app:password@HOST');
    await end();
    expect(answer).toBeNull();
  });
});
