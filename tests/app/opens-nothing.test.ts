import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { repoRoot } from '../../rig/source-files.ts';
import { type App, createApp } from '../../src/app/index.ts';
import { readConfig } from '../../src/config/index.ts';
import { StartupError } from '../../src/lib/startup-error.ts';

/** Nothing listens there: port 1 is nobody's. */
const UNREACHABLE = {
  DATABASE_URL: 'postgres://tradecast:password@127.0.0.1:1/tradecast',
  REDIS_URL: 'redis://127.0.0.1:1',
};
const REPLAY = { FEED: 'replay', REPLAY_FILE: '/no/such/day.ndjson' };
const MASSIVE = { FEED: 'massive', MASSIVE_API_KEY: 'key' };

let folder: string;
let dataDir: string;
let app: App | null;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'tradecast-nothing-'));
  dataDir = path.join(folder, 'not', 'there');
  app = null;
});
afterEach(async () => {
  await app?.stop();
  await rm(folder, { recursive: true, force: true });
});

const environment = (env: Record<string, string>) => ({
  NODE_ENV: 'test',
  PORT: '0',
  DATA_DIR: dataDir,
  ...env,
});

test.each([
  ['the embedded database and a simulated market', {}],
  ['a database and a Redis that cannot be reached', UNREACHABLE],
  ['a recording that is not there', REPLAY],
  ['an upstream', { ...UNREACHABLE, ...MASSIVE }],
])('an app of %s opens no socket, file or timer before its start', async (_of, env) => {
  const { stdout } = await promisify(execFile)(process.execPath, ['tests/support/build-app.ts'], {
    cwd: repoRoot,
    env: environment(env),
  });
  // It ended by itself, which an open socket would have prevented.
  expect(JSON.parse(stdout)).toEqual({ before: [], at: [], later: [], timers: [] });
  expect(existsSync(dataDir)).toBe(false);
});

describe('what is wrong is reported by the start', () => {
  function build(env: Record<string, string>): App {
    const { config, secrets } = readConfig(environment(env));
    app = createApp(config, secrets, { log: pino({ level: 'silent' }) });
    return app;
  }

  test('a database that cannot be reached, without its password', async () => {
    const starting = build(UNREACHABLE).start();
    await expect(starting).rejects.toThrow(StartupError);
    await expect(starting).rejects.toThrow(
      /^The database at 127\.0\.0\.1:1 \(DATABASE_URL\) cannot be reached: /,
    );
  });
});
