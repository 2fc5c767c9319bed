import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type PostgresServerOptions, startPostgresServer } from '../../local/postgres-server.ts';
import { startRedisServer } from '../../local/redis-server.ts';
import { withCleanups } from '../../rig/cleanups.ts';
import { complaintsIn } from '../../rig/complaints.ts';
import { silentLog } from '../../rig/log.ts';
import type { Child } from '../../rig/processes/child.ts';
import { createFolder, removeFolder } from '../../rig/processes/folder.ts';
import { HOOK_SECRET, OPERATOR_SECRET, SESSION_SECRET, SIGNAL_SECRETS } from '../../rig/secrets.ts';
import { type SeededUser, seedUsers } from '../../rig/seed.ts';
import { openDatabase } from '../../src/adapters/open-database.ts';
import type { AppMethods } from '../servers/app.ts';
import { startServer } from './server.ts';

export interface Replica {
  readonly child: Child<AppMethods>;
  readonly port: number;
}

/** Replicas in processes of their own over a Redis and a Postgres of their own, which syncs to disk. */
export interface ReplicaSet {
  /** The first one is the engine, until they are restarted. */
  readonly replicas: readonly Replica[];
  readonly users: readonly SeededUser[];
  readonly redisUrl: string;
  readonly databaseUrl: string;
  /** kill -9 of all at once; resolves when they are gone. */
  kill(): Promise<void>;
  /** Starts all at once, each on its port; resolves when they listen. */
  start(): Promise<void>;
  /** What all of them have logged at `warn` and above, how often by message. */
  complaints(): Map<string, number>;
  stop(): Promise<void>;
}

export interface ReplicaSetOptions {
  readonly replicas: number;
  readonly users: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Settings of its Postgres. */
  readonly postgres?: PostgresServerOptions['settings'];
}

export function startReplicas(options: ReplicaSetOptions): Promise<ReplicaSet> {
  return withCleanups(async (cleanups) => {
    const dataDir = createFolder();
    cleanups.add(() => removeFolder(dataDir));
    const postgres = await startPostgresServer(options.postgres && { settings: options.postgres });
    cleanups.add(() => postgres.stop());
    const redis = await startRedisServer();
    cleanups.add(() => redis.stop());
    const databaseUrl = `${postgres.url}/postgres`;
    const db = await openDatabase({ databaseUrl, log: silentLog });
    const users = await seedUsers(db, options.users).finally(() => db.close());

    const logFile = path.join(dataDir, 'log');
    writeFileSync(logFile, '');
    const env = {
      DATA_DIR: dataDir,
      SESSION_SECRET,
      HOOK_SECRET,
      OPERATOR_SECRET,
      SIGNAL_SECRETS,
      LOG_LEVEL: 'info',
      DATABASE_URL: databaseUrl,
      REDIS_URL: redis.url,
      ...options.env,
    };
    const startOne = async (port: number): Promise<Replica> => {
      const child = startServer<AppMethods>('bench/servers/app.ts', logFile);
      cleanups.add(() => child.stop());
      return { child, port: await child.call('start', { ...env, PORT: String(port) }) };
    };
    let replicas: Replica[] = [];
    for (let count = 0; count < options.replicas; count++) replicas.push(await startOne(0));
    return {
      get replicas() {
        return replicas;
      },
      users,
      redisUrl: redis.url,
      databaseUrl,
      async kill() {
        for (const { child } of replicas) child.signal('SIGKILL');
        await Promise.all(replicas.map(({ child }) => child.ended));
      },
      async start() {
        replicas = await Promise.all(replicas.map(({ port }) => startOne(port)));
      },
      complaints: () => complaintsIn(readFileSync(logFile, 'utf8')),
      stop: cleanups.run,
    };
  });
}
