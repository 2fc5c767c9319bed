import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll } from '@jest/globals';
import { prepareDataDir } from '../../rig/database/database.ts';
import { STEP_MS } from '../../rig/patience.ts';
import { HOOK_SECRET, OPERATOR_SECRET, SIGNAL_SECRETS } from '../../rig/secrets.ts';
import { repoRoot } from '../../rig/source-files.ts';

/** The service as a person runs it: its own process, simulated market, embedded database, demo account. */
export interface Service {
  readonly url: string;
  readonly port: number;
  readonly demo: { username: string; password: string };
  /** kill -9; resolves when the process is gone. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** Starts it again on the same data and port; call it after `kill` or `stop`. */
  restart(): Promise<void>;
}

const cleanups: (() => Promise<unknown>)[] = [];

/**
 * Starts the service on a free port and a data folder of its own; both are gone after the file's tests. Its database is
 * a copy of an empty one, unless the service is to create it itself.
 */
export async function startService({ createsDatabase = false } = {}): Promise<Service> {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'tradecast-service-'));
  if (!createsDatabase) await prepareDataDir(dataDir);
  const start = (port: number) => launch({ DATA_DIR: dataDir, PORT: String(port) });
  let running = await start(0);
  cleanups.push(async () => {
    await end(running.child, 'SIGKILL');
    await rm(dataDir, { recursive: true, force: true });
  });
  const { url, demo } = running;
  const port = Number(new URL(url).port);
  return {
    url,
    port,
    demo,
    kill: async () => void (await end(running.child, 'SIGKILL')),
    stop: () => end(running.child, 'SIGTERM'),
    async restart() {
      running = await start(port);
    },
  };
}

afterAll(async () => {
  await Promise.all(cleanups.splice(0).map((cleanup) => cleanup()));
});

interface Running {
  readonly child: ChildProcess;
  readonly url: string;
  readonly demo: { username: string; password: string };
}

/** Resolves when the service has said where it listens and who may sign in. */
function launch(env: Record<string, string>): Promise<Running> {
  const { NODE_OPTIONS: _ofJest, ...inherited } = process.env;
  const child = spawn(process.execPath, ['src/main.ts'], {
    cwd: repoRoot,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...inherited,
      NODE_ENV: 'development',
      LOG_LEVEL: 'warn',
      HOOK_SECRET,
      OPERATOR_SECRET,
      SIGNAL_SECRETS,
      ...env,
    },
  });
  return new Promise((resolve, reject) => {
    let output = '';
    const fail = (why: string): void => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      reject(new Error(`the service ${why}:\n${output}`));
    };
    const timer = setTimeout(() => fail('did not start in time'), STEP_MS);
    child.once('exit', (code) => fail(`ended with ${code}`));
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      const url = /running at (http:\S+)/.exec(output)?.[1];
      const demo = /user name (\S+), password (\S+)/.exec(output);
      if (!url || !demo) return;
      clearTimeout(timer);
      child.removeAllListeners('exit');
      resolve({ child, url, demo: { username: demo[1]!, password: demo[2]! } });
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
  });
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  child.kill(signal);
  return ended;
}
