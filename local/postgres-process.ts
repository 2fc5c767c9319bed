import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { lentUser, postgresProgram } from './postgres-programs.ts';
import { accepts, childrenOf, end, isAlive, isRunning, spawnServer } from './server-process.ts';
import { whyNotStarted } from './starting.ts';

const CONNECT_TIMEOUT_MS = 2_000;
const ASK_AGAIN_MS = 20;

export interface PostgresLaunch {
  /** Where its log lies. */
  readonly home: string;
  /** The files of the database cluster. */
  readonly data: string;
  readonly port: number;
  readonly settings: Readonly<Record<string, string | number>>;
}

/** Starts the server on its files. Throws a sentence where it does not start. */
export async function launchPostgres({ home, data, port, settings }: PostgresLaunch): Promise<ChildProcess> {
  if (await accepts(port)) throw new Error(`Port ${port} on 127.0.0.1 is in use.`);
  const log = path.join(home, 'log');
  const output = openSync(log, 'w');
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = spawnServer(postgresProgram('postgres'), ['-D', data, ...flags], {
    ...lentUser(),
    cwd: '/',
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  const isReady = (): Promise<boolean> =>
    answers(`postgres://postgres@127.0.0.1:${port}/postgres`, CONNECT_TIMEOUT_MS);
  const why = await whyNotStarted(server, { isReady, everyMs: ASK_AGAIN_MS });
  if (why === null) return server;
  // Of a running one the log only says that it is starting.
  const complaint = isRunning(server) ? undefined : lastComplaint(log);
  await end(server, 'SIGKILL');
  throw new Error(`Postgres could not be started: ${complaint ?? why}`);
}

/** The server and the processes it has started; none when it has ended. */
const processesOf = (server: ChildProcess): number[] =>
  isRunning(server) ? [server.pid!, ...childrenOf(server.pid!)] : [];

/** To all its processes, the first one first, so that it starts no others meanwhile. */
export function signalPostgres(server: ChildProcess, signal: NodeJS.Signals): void {
  for (const pid of processesOf(server)) {
    try {
      process.kill(pid, signal);
    } catch {
      // It ended meanwhile.
    }
  }
}

/** kill -9 of all its processes. A backend that lives on holds the shared memory, and the next start would refuse. */
export async function killPostgres(server: ChildProcess): Promise<void> {
  const all = processesOf(server);
  signalPostgres(server, 'SIGKILL');
  await end(server, 'SIGKILL');
  while (all.some(isAlive)) await pause(ASK_AGAIN_MS);
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

const lastComplaint = (log: string): string | undefined =>
  readFileSync(log, 'utf8')
    .trim()
    .split('\n')
    .findLast((line) => /FATAL|PANIC|could not/.test(line));
