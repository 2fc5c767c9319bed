import type { ChildProcess } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { createData, reachableFolder } from './postgres-data.ts';
import { lentUser, postgresProgram } from './postgres-programs.ts';
import {
  accepts,
  childrenOf,
  end,
  exited,
  freePort,
  isAlive,
  isRunning,
  spawnServer,
} from './server-process.ts';

/** A real Postgres of our own: its own port and folder, on 127.0.0.1 without a password. */
export interface PostgresServer {
  /** Without the name of a database: `${url}/postgres` is there from the start. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** kill -9 of all its processes at once; resolves when they are gone. */
  kill(): Promise<void>;
  /**
   * Starts it again on the same port and data, stopping it before if it runs: `fast` ends transactions and writes
   * a checkpoint, `immediate` is what it recovers from as after a crash. Resolves when it answers.
   */
  restart(mode?: 'fast' | 'immediate'): Promise<void>;
  /** SIGSTOP of all its processes: connections stay open and nobody is answered. */
  hang(): void;
  /** SIGCONT. */
  wake(): void;
  /** Resolves when the running one is gone, however it ended. */
  exited(): Promise<void>;
  stop(): Promise<void>;
}

export interface PostgresServerOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Keeps the data for the next start; without one they lie in a folder of their own that goes when it stops. */
  readonly folder?: string;
  readonly settings?: Readonly<Record<string, string | number>>;
}

const START_TIMEOUT_MS = 60_000;
const CONNECT_TIMEOUT_MS = 2_000;
const ASK_AGAIN_MS = 20;
const STOP_SIGNALS = { fast: 'SIGINT', immediate: 'SIGQUIT' } as const;

/** Throws a sentence where Postgres is not installed or does not start. */
export async function startPostgresServer(options: PostgresServerOptions = {}): Promise<PostgresServer> {
  const home = options.folder
    ? reachableFolder(options.folder)
    : mkdtempSync(path.join(os.tmpdir(), 'tradecast-postgres-'));
  const port = options.port || (await freePort());
  const url = `postgres://postgres@127.0.0.1:${port}`;
  const data = createData(home, options.folder !== undefined);
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    max_connections: 200,
    shared_buffers: '32MB',
    ...options.settings,
  };
  let server = await launch();

  async function launch(): Promise<ChildProcess> {
    if (await accepts(port)) throw new Error(`Port ${port} on 127.0.0.1 is in use.`);
    const log = path.join(home, 'log');
    const output = openSync(log, 'w');
    const started = spawnServer(
      postgresProgram('postgres'),
      ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      { ...lentUser(), cwd: '/', stdio: ['ignore', output, output] },
    );
    closeSync(output);
    let failure = null as Error | null;
    started.once('error', (error) => {
      failure = error;
    });
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (!(await answers(`${url}/postgres`, CONNECT_TIMEOUT_MS))) {
      const why =
        failure?.message ??
        (isRunning(started) ? null : (lastLine(log) ?? `it ended with ${started.exitCode}`)) ??
        (Date.now() > deadline ? 'it did not answer' : null);
      if (why !== null) {
        await end(started, 'SIGKILL');
        throw new Error(`Postgres could not be started: ${why}`);
      }
      await pause(ASK_AGAIN_MS);
    }
    return started;
  }

  /** The first process, which starts all others, and those. */
  const processes = (): number[] => (isRunning(server) ? [server.pid!, ...childrenOf(server.pid!)] : []);
  const signalAll = (signal: NodeJS.Signals): void => {
    // The first one first, so that it starts no others meanwhile.
    for (const pid of processes()) {
      try {
        process.kill(pid, signal);
      } catch {
        // It ended meanwhile.
      }
    }
  };
  async function kill(): Promise<void> {
    const all = processes();
    signalAll('SIGKILL');
    await end(server, 'SIGKILL');
    // A backend that lives on holds the shared memory, and the next start would refuse.
    while (all.some(isAlive)) await pause(ASK_AGAIN_MS);
  }

  return {
    url,
    port,
    get pid() {
      return server.pid!;
    },
    kill,
    async restart(mode = 'fast') {
      signalAll('SIGCONT');
      await end(server, STOP_SIGNALS[mode]);
      server = await launch();
    },
    hang: () => signalAll('SIGSTOP'),
    wake: () => signalAll('SIGCONT'),
    exited: () => exited(server),
    async stop() {
      signalAll('SIGCONT');
      await end(server, STOP_SIGNALS.fast);
      if (options.folder === undefined) rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Whether one can sign in to this database within `timeoutMs`. */
export async function answers(url: string, timeoutMs: number): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: timeoutMs });
  // Its connection may end between two statements as well.
  client.on('error', () => {});
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

const lastLine = (file: string): string | null =>
  readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .findLast((line) => /FATAL|PANIC|could not/.test(line)) ?? null;
