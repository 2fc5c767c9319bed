import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createData, reachableFolder } from './postgres-data.ts';
import { killPostgres, launchPostgres, signalPostgres } from './postgres-process.ts';
import { end, exited, freePort } from './server-process.ts';

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
  /** SIGSTOP of all its processes: connections stay open and nothing is answered. */
  hang(): void;
  /** SIGCONT. */
  wake(): void;
  /** Resolves when the running one is gone, however it ended. */
  exited(): Promise<void>;
  stop(): Promise<void>;
}

export interface PostgresServerOptions {
  /** 0, the default, is a free one. */
  readonly port?: number;
  /** Keeps the data for the next start; without one they lie in a folder of their own, which is removed when it stops. */
  readonly folder?: string;
  readonly settings?: Readonly<Record<string, string | number>>;
}

const STOP_SIGNALS = { fast: 'SIGINT', immediate: 'SIGQUIT' } as const;

/** Throws a sentence where Postgres is not installed or does not start. */
export async function startPostgresServer(options: PostgresServerOptions = {}): Promise<PostgresServer> {
  const home = options.folder
    ? reachableFolder(options.folder)
    : mkdtempSync(path.join(os.tmpdir(), 'tradecast-postgres-'));
  const port = options.port || (await freePort());
  const launch = {
    home,
    data: createData(home, options.folder !== undefined),
    port,
    settings: {
      listen_addresses: '127.0.0.1',
      port,
      unix_socket_directories: '',
      max_connections: 200,
      shared_buffers: '32MB',
      ...options.settings,
    },
  };
  let server = await launchPostgres(launch);
  return {
    url: `postgres://postgres@127.0.0.1:${port}`,
    port,
    get pid() {
      return server.pid!;
    },
    kill: () => killPostgres(server),
    async restart(mode = 'fast') {
      signalPostgres(server, 'SIGCONT');
      await end(server, STOP_SIGNALS[mode]);
      server = await launchPostgres(launch);
    },
    hang: () => signalPostgres(server, 'SIGSTOP'),
    wake: () => signalPostgres(server, 'SIGCONT'),
    exited: () => exited(server),
    async stop() {
      signalPostgres(server, 'SIGCONT');
      await end(server, STOP_SIGNALS.fast);
      if (options.folder === undefined) rmSync(home, { recursive: true, force: true });
    },
  };
}
