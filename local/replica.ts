import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { whyNotReady } from './readiness.ts';
import { end, exited, freePort, isRunning, spawnServer } from './server-process.ts';

/** The service in a process of its own. */
export interface Replica {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** kill -9; resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with the exit code when it has drained and is gone, null where a signal ended it. */
  stop(): Promise<number | null>;
  /** SIGSTOP: it keeps its connections and answers nobody. */
  hang(): void;
  /** SIGCONT. */
  wake(): void;
  /** Resolves with the exit code when it is gone, null where a signal ended it. */
  readonly exited: Promise<number | null>;
}

export interface ReplicaOptions {
  readonly env: Readonly<Record<string, string>>;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** What it runs, by default `src/main.ts` of this checkout. */
  readonly program?: string;
  /** Where what it prints is added; by default a file that goes when it ends. */
  readonly logFile?: string;
  /** Gives the start up. */
  readonly signal?: AbortSignal;
}

const CHECKOUT = path.resolve(import.meta.dirname, '..');
const START_TIMEOUT_MS = 60_000;
const ASK_AGAIN_MS = 50;
/** As `npm start` and the image have it. */
const NODE_FLAGS = ['--max-semi-space-size=16'];
/** Of a start that failed, characters. */
const TOLD_OF_LOG = 2_000;

/** Resolves when it is ready to serve. Throws with what it printed where it ends before. */
export async function startReplica(options: ReplicaOptions): Promise<Replica> {
  const port = options.port || (await freePort());
  const url = `http://127.0.0.1:${port}`;
  const logFile = options.logFile ?? path.join(os.tmpdir(), `tradecast-replica-${process.pid}-${port}.log`);
  const output = openSync(logFile, 'a', 0o600);
  // jest's own flags are nothing for a server.
  const { NODE_OPTIONS: _own, ...inherited } = process.env;
  const child = spawnServer(
    process.execPath,
    [...NODE_FLAGS, options.program ?? path.join(CHECKOUT, 'src/main.ts')],
    {
      cwd: CHECKOUT,
      env: { ...inherited, ...options.env, PORT: String(port), HOST: '127.0.0.1' },
      stdio: ['ignore', output, output],
    },
  );
  closeSync(output);
  const tidy = (): void => {
    if (!options.logFile) rmSync(logFile, { force: true });
  };
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (await whyNotReady(url)) {
    const given = options.signal?.aborted ?? false;
    if (isRunning(child) && !given && Date.now() < deadline) {
      await pause(ASK_AGAIN_MS);
      continue;
    }
    const why = given ? 'was given up' : isRunning(child) ? 'took too long' : `ended with ${child.exitCode}`;
    const printed = readFileSync(logFile, 'utf8').slice(-TOLD_OF_LOG).trim();
    await end(child, 'SIGKILL');
    tidy();
    throw new Error(`the start of the replica on port ${port} ${why}:\n${printed}`);
  }
  const gone = exited(child).then(() => {
    tidy();
    return child.exitCode;
  });
  return {
    url,
    port,
    pid: child.pid!,
    kill: async () => void (await end(child, 'SIGKILL')),
    stop: () => end(child, 'SIGTERM'),
    hang: () => void child.kill('SIGSTOP'),
    wake: () => void child.kill('SIGCONT'),
    exited: gone,
  };
}
