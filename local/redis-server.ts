import type { ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { accepts, end, exited, freePort, spawnServer } from './server-process.ts';
import { whyNotStarted } from './starting.ts';

/** A real Redis of our own: its own port and folder, nothing kept on disk. */
export interface RedisServer {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** kill -9; resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGSTOP: it keeps its connections and answers nothing. */
  hang(): void;
  /** SIGCONT. */
  wake(): void;
  /** Starts it again on the same port, empty; call it after `kill`. */
  restart(): Promise<void>;
  /** Resolves when the running one is gone, however it ended. */
  exited(): Promise<void>;
  /** Ends it. */
  stop(): Promise<void>;
}

const ASK_AGAIN_MS = 10;

export interface RedisServerOptions {
  /** 0, the default, is a free one. */
  readonly port?: number;
  /** Where its log lies; without one it has a folder of its own, which is removed when it stops. */
  readonly folder?: string;
  /** Besides those of ours, as on its command line; a value of several words is a list. */
  readonly settings?: Readonly<Record<string, string | readonly string[]>>;
}

/** Throws where redis-server is not installed or does not start. */
export async function startRedisServer({
  port: wanted = 0,
  folder: kept,
  settings = {},
}: RedisServerOptions = {}): Promise<RedisServer> {
  const folder = kept ?? (await mkdtemp(path.join(os.tmpdir(), 'tradecast-redis-')));
  await mkdir(folder, { recursive: true });
  const port = wanted === 0 ? await freePort() : wanted;
  let server = await launch(port, folder, settings);
  const kill = async (): Promise<void> => void (await end(server, 'SIGKILL'));
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    get pid() {
      return server.pid!;
    },
    kill,
    hang: () => void server.kill('SIGSTOP'),
    wake: () => void server.kill('SIGCONT'),
    async restart() {
      server = await launch(port, folder, settings);
    },
    exited: () => exited(server),
    async stop() {
      await kill();
      if (!kept) await rm(folder, { recursive: true, force: true });
    },
  };
}

async function launch(
  port: number,
  folder: string,
  more: NonNullable<RedisServerOptions['settings']>,
): Promise<ChildProcess> {
  // Another Redis must not pass for ours.
  if (await accepts(port)) throw new Error(`Port ${port} on 127.0.0.1 is in use.`);
  const usual = { port, bind: '127.0.0.1', dir: folder, save: '', appendonly: 'no', logfile: 'log' };
  const settings = { ...usual, ...more };
  const server = spawnServer(
    'redis-server',
    Object.entries(settings).flatMap(([name, value]) => [`--${name}`, ...[value].flat().map(String)]),
    { stdio: 'ignore' },
  );
  const why = await whyNotStarted(server, { isReady: () => accepts(port), everyMs: ASK_AGAIN_MS });
  if (why === null) return server;
  await end(server, 'SIGKILL');
  throw new Error(`redis-server could not be started: ${why}`);
}
