import { type RedisServer, startRedisServer } from '../../local/redis-server.ts';
import { startApp, type TestApp, type TestAppOptions } from '../../rig/app.ts';
import { createTestDatabase, type PostgresTestDatabase } from '../../rig/database/database.ts';
import { createScriptedMarket, type ScriptedMarket } from '../../rig/stand-ins/scripted-market.ts';

/** Replicas in this process over a real Redis and a real Postgres. */
export interface TestCluster {
  readonly apps: readonly TestApp[];
  readonly redis: RedisServer;
  readonly database: PostgresTestDatabase;
  readonly env: Readonly<Record<string, string>>;
  /** Moves the market of whichever replica is the engine. */
  tick: ScriptedMarket['tick'];
  /** One more replica. */
  join(options?: TestAppOptions): Promise<TestApp>;
  close(): Promise<void>;
}

export interface TestClusterOptions {
  readonly replicas?: number;
  /** For every replica; `env` is added to what joins them. */
  readonly app?: TestAppOptions;
}

export async function startCluster({
  replicas = 2,
  app = {},
}: TestClusterOptions = {}): Promise<TestCluster> {
  const [redis, database] = await Promise.all([startRedisServer(), createTestDatabase('postgres')]);
  const env = { REDIS_URL: redis.url, DATABASE_URL: database.url };
  const apps: TestApp[] = [];
  const join = async (options: TestAppOptions = {}): Promise<TestApp> => {
    const joined = await startApp({
      market: createScriptedMarket(),
      ...app,
      ...options,
      env: { ...env, ...app.env, ...options.env },
    });
    apps.push(joined);
    return joined;
  };
  // One after another: the first is the engine.
  for (let count = 0; count < replicas; count++) await join();
  return {
    apps,
    redis,
    database,
    env,
    tick(...args) {
      for (const { market } of apps) market.tick(...args);
    },
    join,
    async close() {
      await Promise.all(apps.map((one) => one.close()));
      await Promise.all([redis.stop(), database.close()]);
    },
  };
}
