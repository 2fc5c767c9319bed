import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { loadOrCreateSecrets } from '../src/adapters/local/secrets-file.ts';
import { lockFolder } from '../src/adapters/pglite/lock.ts';
import { assertPortIsFree } from '../src/lib/port.ts';
import { startFront } from './front.ts';
import { type Kept, keepRunning, type Program } from './keep-running.ts';
import { postgresProgram, redisProgram, replicaProgram } from './programs.ts';
import { whyNotReady } from './readiness.ts';
import { accepts, freePort } from './server-process.ts';
import { postgresProblem, redisProblem, type Watched, watch } from './watch.ts';

export interface LocalClusterOptions {
  /** Data and logs; one cluster at a time. */
  readonly folder: string;
  /** Of the front, 0 for a free one; the parts use the ports after it where they are free. */
  readonly port: number;
  readonly host: string;
  readonly replicas: number;
  /** For the replicas, besides what joins them. */
  readonly env: Readonly<Record<string, string>>;
  /** Receives a line when a part ends, hangs or comes back. */
  readonly say: (line: string) => void;
  /** Gives the start up. */
  readonly signal: AbortSignal;
}

export interface LocalCluster {
  readonly url: string;
  readonly parts: readonly Part[];
  readonly demoPassword: string;
  /** Restarts the replicas one after the other, each drained and back before the next. */
  roll(): Promise<void>;
  /** Stops everything in order: replicas drain, then the front, Redis and Postgres end; twice is once. */
  stop(): Promise<void>;
  /** Ends everything at once, also while it stops. */
  kill(): Promise<void>;
}

export interface Part extends Watched {
  readonly address: string;
}

/** How often the front is asked for a replica that is back. */
const LOOK_EVERY_MS = 50;

type ReplicaPart = Part & { readonly port: number };

/**
 * The whole service on this machine: Redis, Postgres, replicas and a front, each started again when it ends.
 * Throws StartupError where folder or port are in use, and what a part printed where it does not start.
 */
export async function startLocalCluster(options: LocalClusterOptions): Promise<LocalCluster> {
  const { folder, port, host, say } = options;
  const parts = keepParts(options);
  try {
    mkdirSync(folder, { recursive: true });
    parts.onClose(lockFolder(folder));
    await assertPortIsFree(port, host);
    // Written before any replica starts: all sign with the same secrets.
    const { demoPassword } = await loadOrCreateSecrets(folder);
    const postgres = await startPostgres(parts, options);
    const redis = await startRedis(parts, options);
    const replicas: ReplicaPart[] = [];
    const front = await startFront({ port, host, replicas: () => replicas.map((replica) => replica.port) });
    // After the replicas, whose clients it carries.
    parts.onClose(() => front.close());
    parts.onClose(() => Promise.all(replicas.map(({ program }) => program.stop())));
    const inService = async (replica: ReplicaPart): Promise<void> => {
      while (!front.ready().includes(replica.port) && !parts.isOver()) await pause(LOOK_EVERY_MS);
    };
    const shared = { DATABASE_URL: postgres.address, REDIS_URL: redis.address };
    for (let number = 1; number <= options.replicas; number++)
      replicas.push(await startReplica(parts, options, { number, shared }));
    await Promise.all(replicas.map(inService));

    const all: Part[] = [...replicas, redis, postgres];
    parts.onClose(watch(all, say));
    return {
      url: front.url,
      parts: all,
      demoPassword,
      roll: onceAtATime(async () => {
        for (const replica of replicas) {
          if (parts.isOver()) return;
          await replica.program.restart();
          await inService(replica);
        }
      }),
      stop: parts.stop,
      kill: parts.kill,
    };
  } catch (error) {
    await parts.kill();
    throw error;
  }
}

/** What has started, and how it ends: in reverse, or all at once. */
interface KeptParts {
  keep(program: Program): Promise<Kept>;
  onClose(close: () => unknown): void;
  isOver(): boolean;
  stop(): Promise<void>;
  kill(): Promise<void>;
}

function keepParts({ say, signal }: LocalClusterOptions): KeptParts {
  const kept: Kept[] = [];
  const closing: (() => unknown)[] = [];
  let stopping: Promise<void> | null = null;
  async function close(): Promise<void> {
    for (const one of closing.splice(0).reverse()) await one();
  }
  const stop = (): Promise<void> => (stopping ??= close());
  return {
    async keep(program) {
      const one = await keepRunning(program, say, signal);
      kept.push(one);
      return one;
    },
    onClose: (one) => void closing.push(one),
    isOver: () => stopping !== null,
    stop,
    async kill() {
      await Promise.all(kept.map((one) => one.kill()));
      await stop();
    },
  };
}

async function startPostgres(
  parts: KeptParts,
  { folder, port, replicas }: LocalClusterOptions,
): Promise<Part> {
  const own = await portAfter(port, replicas + 2);
  const address = `postgres://postgres@127.0.0.1:${own}/postgres`;
  const program = await parts.keep(postgresProgram(own, path.join(folder, 'postgres')));
  parts.onClose(() => program.stop());
  return { program, address, problem: () => postgresProblem(address) };
}

async function startRedis(parts: KeptParts, { folder, port, replicas }: LocalClusterOptions): Promise<Part> {
  const own = await portAfter(port, replicas + 1);
  const program = await parts.keep(redisProgram(own, path.join(folder, 'redis')));
  parts.onClose(() => program.stop());
  return { program, address: `redis://127.0.0.1:${own}`, problem: () => redisProblem(own) };
}

async function startReplica(
  parts: KeptParts,
  { folder, port, env }: LocalClusterOptions,
  { number, shared }: { number: number; shared: Readonly<Record<string, string>> },
): Promise<ReplicaPart> {
  const own = await portAfter(port, number);
  const address = `http://127.0.0.1:${own}`;
  const program = await parts.keep(
    replicaProgram({
      name: `replica ${number}`,
      port: own,
      logFile: path.join(folder, `replica-${number}.log`),
      env: {
        ...env,
        DATA_DIR: folder,
        ...shared,
        // The first migrates the database and opens the demo account; the others find both.
        ...(number > 1 && { DEMO_ACCOUNT: 'false' }),
      },
    }),
  );
  return { program, address, port: own, problem: () => whyNotReady(address) };
}

/** A call while one is under way joins it. */
function onceAtATime(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  return () =>
    (running ??= work().finally(() => {
      running = null;
    }));
}

/** The `nth` port after the front's, else another one that is free. */
async function portAfter(port: number, nth: number): Promise<number> {
  return port === 0 || (await accepts(port + nth)) ? freePort() : port + nth;
}
