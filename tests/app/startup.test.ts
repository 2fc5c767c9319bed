import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { startRedisServer } from '../../local/redis-server.ts';
import { startApp } from '../../rig/app.ts';
import { createTestDatabase, prepareDataDir } from '../../rig/database/database.ts';
import { repoRoot } from '../../rig/source-files.ts';
import { until } from '../../rig/wait.ts';
import { loadOrCreateSecrets } from '../../src/adapters/local/secrets-file.ts';
import { startService } from '../support/service.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'tradecast-startup-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

/** Runs the service until it ends by itself. */
function run(env: Record<string, string>): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const { NODE_OPTIONS: _ofJest, ...inherited } = process.env;
  const child = spawn(process.execPath, ['src/main.ts'], {
    cwd: repoRoot,
    env: { ...inherited, NODE_ENV: 'development', PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'warn', ...env },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })));
}

test('Ctrl-C while the embedded database is created stops the service, and blames nothing', async () => {
  const { NODE_OPTIONS: _ofJest, ...inherited } = process.env;
  // A group of its own, as a terminal gives it.
  const child = spawn(process.execPath, ['src/main.ts'], {
    cwd: repoRoot,
    detached: true,
    env: { ...inherited, NODE_ENV: 'development', PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'info' },
  });
  const printed = { text: '' };
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      printed.text += chunk;
    });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const signal = (name: NodeJS.Signals) => process.kill(-child.pid!, name);
  try {
    await until(() => existsSync(path.join(dataDir, 'database', 'lock')), 'the folder is locked');
    signal('SIGINT');
    expect([await ended, printed.text]).toEqual([0, expect.stringContaining('stopped')]);
  } finally {
    if (child.exitCode === null) signal('SIGKILL');
  }
  expect(printed.text).toContain('"stopped"');
  expect(printed.text).not.toMatch(/check DATA_DIR|Tradecast is running/);
});

describe('a start that cannot be', () => {
  test('because of its configuration tells every problem at once, in sentences, and exits with 1', async () => {
    const secret = 'too-short-but-secret';
    const { code, stderr } = await run({
      PORT: 'eighty',
      FEED: 'replay',
      REPLAY_FILE: '/no/such/day.ndjson',
      FRONTEND_URL: 'app.example.com/path',
      NODE_ENV: 'production',
      SESSION_SECRET: secret,
      RATE_LIMITS: 'order:place=lots',
      REDIS_URL: 'redis://127.0.0.1',
    });
    expect(code).toBe(1);
    for (const problem of [
      'PORT must be a whole number from 0 to 65535, not "eighty".',
      'REPLAY_FILE /no/such/day.ndjson does not exist.',
      'FRONTEND_URL must list origins such as https://app.example.com, not "app.example.com/path".',
      'SESSION_SECRET must have at least 32 characters',
      'HOOK_SECRET is required in production.',
      'DATABASE_URL is required in production.',
      'RATE_LIMITS must list name=points/seconds',
      'REDIS_URL needs DATABASE_URL: several replicas cannot share the embedded database',
    ]) {
      expect(stderr).toContain(problem);
    }
    expect(stderr).not.toContain(secret);
    expect(stderr).not.toContain('at readConfig');
    expect(existsSync(path.join(dataDir, 'secrets.json'))).toBe(false);
  });

  test('because the port is taken says so, exits with 1, and has touched no database', async () => {
    const taken = createServer();
    const port = await new Promise<number>((resolve) => {
      taken.listen(0, '127.0.0.1', () => resolve((taken.address() as { port: number }).port));
    });
    const { code, stderr } = await run({ PORT: String(port) });
    await new Promise((resolve) => taken.close(resolve));
    expect(code).toBe(1);
    expect(stderr.trim()).toBe(`Port ${port} on 127.0.0.1 is in use: stop what listens there, or set PORT.`);
    expect(existsSync(path.join(dataDir, 'database'))).toBe(false);
  });

  test('because the database refuses the service says what to grant or set, in one line', async () => {
    const database = await createTestDatabase('postgres');
    const latin = `latin_${randomUUID().slice(0, 8)}`;
    await database.db.query(
      `CREATE DATABASE ${latin} ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`,
    );
    const { origin, pathname } = new URL(database.url.replace('postgres:', 'http:'));
    const server = origin.replace('http://', 'postgres://postgres@');
    for (const [url, sentence] of [
      [`${server}/nowhere`, /^There is no database "nowhere" at 127\.0\.0\.1/],
      [`${server}${pathname}?sslmode=require`, /offers no TLS: leave sslmode out of DATABASE_URL/],
      [`${server}${pathname}?schema=none`, /run CREATE SCHEMA "none"/],
      [`${server}/${latin}`, /encoding LATIN1/],
    ] as const) {
      const { code, stderr } = await run({ DATABASE_URL: url });
      expect(code).toBe(1);
      expect(stderr.trim()).toMatch(sentence);
      expect(stderr.trim()).not.toContain('\n');
    }
    await database.db.query(`DROP DATABASE ${latin}`);
    await database.close();
  });

  test('because Redis refuses a right names the grant, in one line', async () => {
    const [database, redis] = await Promise.all([createTestDatabase('postgres'), startRedisServer()]);
    const admin = new Redis(redis.url);
    await admin.call('ACL', 'SETUSER', 'narrow', 'on', '>password', '~*', '&tradecast*', '+@all');
    await admin.call('ACL', 'SETUSER', 'unscripted', 'on', '>password', '~*', '&*', '+@all', '-@scripting');
    for (const [user, sentence] of [
      ['narrow', /refuses PSUBSCRIBE tradecast#\/#\* to the user "narrow" .*ACL SETUSER narrow \+psubscribe/],
      ['unscripted', /refuses scripts on tradecast:place.*ACL SETUSER unscripted .*\+eval \+evalsha/],
    ] as const) {
      const REDIS_URL = redis.url.replace('redis://', `redis://${user}:password@`);
      const { code, stderr } = await run({ DATABASE_URL: database.url, REDIS_URL });
      expect(code).toBe(1);
      expect(stderr.trim()).toMatch(sentence);
      expect(stderr.trim()).not.toContain('\n');
    }
    admin.disconnect();
    await Promise.all([redis.stop(), database.close()]);
  });

  test.each([
    [
      'the secrets are not ours',
      { 'secrets.json': '{}' },
      {},
      'secrets.json does not hold the secrets of this service',
    ],
    ['DATA_DIR is a file', { file: '' }, { DATA_DIR: 'file' }, 'Check DATA_DIR.'],
    [
      'the database is damaged',
      { 'database/pgdata/PG_VERSION': 'garbage' },
      {},
      'cannot be opened: restore the folder from a backup',
    ],
  ])(
    'because %s says so in a sentence and exits with 1',
    async (_why, files, env: Record<string, string>, sentence) => {
      for (const [name, text] of Object.entries(files)) {
        await mkdir(path.dirname(path.join(dataDir, name)), { recursive: true });
        await writeFile(path.join(dataDir, name), text);
      }
      const { code, stderr } = await run({
        ...env,
        ...(env.DATA_DIR && { DATA_DIR: path.join(dataDir, env.DATA_DIR) }),
      });
      expect(code).toBe(1);
      expect(stderr).toContain(sentence);
      expect(stderr).not.toMatch(/^\s+at /m);
    },
  );

  test('because another service owns the folder says so and exits with 1', async () => {
    const app = await startApp();
    try {
      const { code, stderr } = await run({ DATA_DIR: app.dataDir });
      expect(code).toBe(1);
      expect(stderr).toContain(app.dataDir);
      expect(stderr.trim().split('\n')).toHaveLength(1);
    } finally {
      await app.close();
    }
  });
});

test('a service that has started writes a log line with the word WebSocket', async () => {
  const { NODE_OPTIONS: _ofJest, ...inherited } = process.env;
  await prepareDataDir(dataDir);
  const child = spawn(process.execPath, ['src/main.ts'], {
    cwd: repoRoot,
    env: { ...inherited, NODE_ENV: 'development', PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'info' },
  });
  let printed = '';
  child.stdout.on('data', (chunk) => {
    printed += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  try {
    await until(() => printed.includes('Tradecast is running at'), 'it has started');
    expect(printed).toMatch(/"url":"http:[^\n]*"WebSocket server initialized"/);
  } finally {
    child.kill('SIGTERM');
  }
  expect(await ended).toBe(0);
});

test('services that start at once on an empty folder sign with the same secrets', async () => {
  const [first, ...others] = await Promise.all(Array.from({ length: 8 }, () => loadOrCreateSecrets(dataDir)));
  for (const other of others) expect(other).toEqual(first);
  expect(await readdir(dataDir)).toEqual(['secrets.json']);
});

test('a service on an empty folder names its address and the demo account, and ends with 0 on SIGTERM', async () => {
  const service = await startService({ createsDatabase: true });
  expect(service.demo.username).toBe('demo');
  expect((await fetch(`${service.url}/ready`)).status).toBe(200);
  expect(await service.stop()).toBe(0);
});
