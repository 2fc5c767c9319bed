import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { whyNotReady } from './readiness.ts';
import { end, exited, freePort, spawnServer } from './server-process.ts';
import { whyNotStarted } from './starting.ts';

/** The service in a process of its own. */
export interface Replica {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** kill -9; resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with the exit code when it has drained and is gone, null where a signal ended it. */
  stop(): Promise<number | null>;
  /** SIGSTOP: it keeps its connections and answers nothing. */
  hang(): void;
  /** SIGCONT. */
  wake(): void;
  /** Resolves with the exit code when it is gone, null where a signal ended it. */
  readonly exited: Promise<number | null>;
}

export interface ReplicaOptions {
  readonly env: Readonly<Record<string, string>>;
  /** 0, the default, is a free one. */
  readonly port?: number;
  /** What it runs, by default `src/main.ts` of this checkout. */
  readonly program?: string;
  /** Where what it prints is added; by default a file that is removed when it ends. */
  readonly logFile?: string;
  /** Gives the start up. */
  readonly signal?: AbortSignal;
}

const CHECKOUT = path.resolve(import.meta.dirname, '..');
const ASK_AGAIN_MS = 50;
/** As `npm start` and the image have it. */
const NODE_FLAGS = ['--max-semi-space-size=16', '--heap-growing-percent=25'];
/** How much of the log of a failed start is quoted. */
const QUOTED_CHARS = 2_000;

/** Resolves when it is ready to serve. Throws with what it printed where it ends before. */
export async function startReplica(options: ReplicaOptions): Promise<Replica> {
  const port = options.port || (await freePort());
  const url = `http://127.0.0.1:${port}`;
  const logFile = options.logFile ?? path.join(os.tmpdir(), `tradecast-replica-${process.pid}-${port}.log`);
  const output = openSync(logFile, 'a', 0o600);
  // A server runs without jest's own flags.
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
  const isReady = async (): Promise<boolean> => (await whyNotReady(url)) === null;
  const why = await whyNotStarted(child, { isReady, everyMs: ASK_AGAIN_MS, signal: options.signal });
  if (why !== null) {
    const printed = readFileSync(logFile, 'utf8').slice(-QUOTED_CHARS).trim();
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
