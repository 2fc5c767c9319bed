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
  /** Of the front, 0 for a free one; the parts take the ports after it where they are free. */
  readonly port: number;
  readonly host: string;
  readonly replicas: number;
  /** For the replicas, besides what joins them. */
  readonly env: Readonly<Record<string, string>>;
  /** Hears when something of it ends, hangs or comes back. */
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

/** How often the front is asked for a replica that is back, milliseconds. */
const LOOK_EVERY_MS = 50;

/**
 * The whole service on this machine: Redis, Postgres, replicas and a front, each started again when it ends.
 * Throws StartupError where folder or port are in use, and what a part printed where it does not start.
 */
export async function startLocalCluster(options: LocalClusterOptions): Promise<LocalCluster> {
  const { folder, port, host, say, signal } = options;
  const kept: Kept[] = [];
  const closing: (() => unknown)[] = [];
  const over = new AbortController();
  let stopping: Promise<void> | null = null;
  async function close(): Promise<void> {
    over.abort();
    for (const one of closing.splice(0).reverse()) await one();
  }
  const stop = (): Promise<void> => (stopping ??= close());
  async function kill(): Promise<void> {
    await Promise.all(kept.map((one) => one.kill()));
    await stop();
  }
  async function keep(program: Program): Promise<Kept> {
    const one = await keepRunning(program, say, signal);
    kept.push(one);
    return one;
  }

  try {
    mkdirSync(folder, { recursive: true });
    closing.push(lockFolder(folder));
    await assertPortIsFree(port, host);
    // Written before anybody starts: all replicas sign with the same secrets.
    const { demoPassword } = await loadOrCreateSecrets(folder);

    const postgresPort = await portAfter(port, options.replicas + 2);
    const postgresUrl = `postgres://postgres@127.0.0.1:${postgresPort}/postgres`;
    const postgres = await keep(postgresProgram(postgresPort, path.join(folder, 'postgres')));
    closing.push(() => postgres.stop());
    const redisPort = await portAfter(port, options.replicas + 1);
    const redisUrl = `redis://127.0.0.1:${redisPort}`;
    const redis = await keep(redisProgram(redisPort, path.join(folder, 'redis')));
    closing.push(() => redis.stop());

    const replicas: (Part & { port: number })[] = [];
    const front = await startFront({ port, host, replicas: () => replicas.map((replica) => replica.port) });
    // After the replicas, whose clients it carries.
    closing.push(() => front.close());
    const inService = async (replica: { port: number }): Promise<void> => {
      while (!front.ready().includes(replica.port) && !over.signal.aborted) await pause(LOOK_EVERY_MS);
    };
    closing.push(() => Promise.all(replicas.map(({ program }) => program.stop())));
    for (let number = 1; number <= options.replicas; number++) {
      const own = await portAfter(port, number);
      const address = `http://127.0.0.1:${own}`;
      const program = await keep(
        replicaProgram({
          name: `replica ${number}`,
          port: own,
          logFile: path.join(folder, `replica-${number}.log`),
          env: {
            ...options.env,
            DATA_DIR: folder,
            DATABASE_URL: postgresUrl,
            REDIS_URL: redisUrl,
            // The first migrates the database and opens the demo account; the others find both.
            ...(number > 1 && { DEMO_ACCOUNT: 'false' }),
          },
        }),
      );
      replicas.push({ program, address, port: own, problem: () => whyNotReady(address) });
    }
    await Promise.all(replicas.map(inService));

    const parts: Part[] = [
      ...replicas,
      { program: redis, address: redisUrl, problem: () => redisProblem(redisPort) },
      { program: postgres, address: postgresUrl, problem: () => postgresProblem(postgresUrl) },
    ];
    closing.push(watch(parts, say));

    let rolling: Promise<void> | null = null;
    async function rollOnce(): Promise<void> {
      for (const replica of replicas) {
        if (over.signal.aborted) return;
        await replica.program.restart();
        await inService(replica);
      }
    }
    return {
      url: front.url,
      parts,
      demoPassword,
      roll() {
        rolling ??= rollOnce().finally(() => {
          rolling = null;
        });
        return rolling;
      },
      stop,
      kill,
    };
  } catch (error) {
    await kill();
    throw error;
  }
}

/** The `nth` port after the front's, else another one that is free. */
async function portAfter(port: number, nth: number): Promise<number> {
  return port === 0 || (await accepts(port + nth)) ? freePort() : port + nth;
}
