import { mkdirSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { type Front, startFront } from '../../local/front.ts';
import { type PostgresServer, startPostgresServer } from '../../local/postgres-server.ts';
import { type RedisServer, startRedisServer } from '../../local/redis-server.ts';
import { createTestDatabase } from '../../rig/database/database.ts';
import { silentLog } from '../../rig/log.ts';
import { type Child, startChild } from '../../rig/processes/child.ts';
import { createFolder, removeFolder } from '../../rig/processes/folder.ts';
import { createRandom, type Random } from '../../rig/random.ts';
import { type SeededUser, seedUsers } from '../../rig/seed.ts';
import { symbolNames } from '../../rig/symbols.ts';
import { openDatabase } from '../../src/adapters/open-database.ts';
import type { Database } from '../../src/adapters/sql/database.ts';
import type { ClientMethods } from '../servers/clients.ts';
import { waitMs } from './drill.ts';
import { cookieOf, environmentOf } from './environment.ts';
import type { ClientSpec } from './follower.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { createPublisher, type Publisher, type Target } from './publisher.ts';
import type { Seams } from './seams.ts';
import { createSlot, type Slot } from './slot.ts';

/** Everything a drill breaks: real Redis, Postgres, replicas and a front, with clients and publishers around them. */
export interface Rig {
  readonly db: Database;
  readonly databaseUrl: string;
  /** Null where the Postgres is shared with others, who would not like it to be broken. */
  readonly postgres: PostgresServer | null;
  readonly redis: RedisServer;
  readonly front: Front;
  readonly slots: readonly Slot[];
  readonly users: readonly RigUser[];
  readonly symbols: readonly string[];
  readonly ledger: Ledger;
  readonly clients: Child<ClientMethods>;
  readonly random: Random;
  /** How long the end of a run waits until every client has everything. */
  readonly settleMs: number;
  /** Through the front, as a bot does. */
  readonly throughFront: () => readonly Target[];
  /** Straight to each replica that runs. */
  readonly toReplicas: () => readonly Target[];
  publisher(options?: Partial<Parameters<typeof createPublisher>[0]>): Publisher;
  /** A client for each user, or for each of `users`. */
  specs(options?: SpecOptions): ClientSpec[];
  close(): Promise<void>;
}

export interface RigUser extends SeededUser {
  /** Cookie header of the session. */
  readonly cookie: string;
}

export interface SpecOptions {
  readonly users?: readonly RigUser[];
  /** Whom they are measured with. */
  readonly group?: string;
  /** Straight to this replica instead of through the front. */
  readonly port?: number;
  /** How many of them are stock clients; the others are lean ones. */
  readonly stock?: number;
  readonly forgetful?: boolean;
  /** Number of the tab, for users with several. */
  readonly tab?: number;
}

export interface RigOptions {
  /** Waits minutes for what a full drill gives up sooner. */
  readonly quick: boolean;
  readonly seed: number;
  readonly users: number;
  readonly replicas?: number;
  readonly symbols?: number;
  /** Changes of each symbol a second; 0 where the feed of the configuration runs. */
  readonly updatesPerSecond?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** What is changed in each replica, and its environment. */
  readonly seams?: (index: number) => Seams;
  readonly replicaEnv?: (index: number) => Readonly<Record<string, string>>;
  /** What the replicas need and can be made only now; close it after the rig. */
  readonly beforeReplicas?: (parts: { redis: RedisServer; databaseUrl: string }) => Promise<void>;
  /** A Postgres that belongs to this rig alone and keeps every promise to the disk. */
  readonly ownPostgres?: boolean;
}

/** A request without an answer is given up and repeated after this. */
const ANSWER_MS = 10_000;
/** Twice the slowest repair there is. */
const SETTLE_MS = 20_000;

/** Symbols of a drill, by how many there are. */
export const symbolsOf = (count: number): string[] => symbolNames('D', count);

export async function startRig(options: RigOptions): Promise<Rig> {
  const { quick, seed, users: userCount, replicas = 3, updatesPerSecond = 1 } = options;
  const symbols = symbolsOf(options.symbols ?? 50);
  const folder = createFolder();
  const cleanups: (() => unknown)[] = [() => removeFolder(folder)];
  const close = async (): Promise<void> => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  };
  try {
    const clients = startChild<ClientMethods>(path.join(import.meta.dirname, '../servers/clients.ts'));
    cleanups.push(() => clients.stop());
    const [redis, database] = await Promise.all([
      startRedisServer(),
      options.ownPostgres ? ownDatabase() : sharedDatabase(),
    ]);
    cleanups.push(() => Promise.all([redis.stop(), database.close()]));
    const { db, url, postgres } = database;
    await options.beforeReplicas?.({ redis, databaseUrl: url });

    const slots = await Promise.all(
      Array.from({ length: replicas }, (_, index) =>
        createSlot({
          index,
          env: {
            ...environmentOf(path.join(folder, String(index))),
            DATABASE_URL: url,
            REDIS_URL: redis.url,
            ...options.env,
            ...options.replicaEnv?.(index),
          },
          seams: {
            ...(updatesPerSecond > 0 && { market: { symbols, perSecond: updatesPerSecond } }),
            ...options.seams?.(index),
          },
        }),
      ),
    );
    cleanups.push(() => Promise.all(slots.filter(({ isRunning }) => isRunning).map((slot) => slot.kill())));
    for (const { index } of slots) mkdirSync(path.join(folder, String(index)));
    const seeded = seedUsers(db, userCount);
    // The first is the engine: whoever asks for the lease first.
    await slots[0]?.start();
    await Promise.all(slots.slice(1).map((slot) => slot.start()));
    const users = (await seeded).map((user) => ({ ...user, cookie: cookieOf(user.sessionID) }));
    const front = await startFront({
      replicas: () => slots.filter(({ isRunning }) => isRunning).map(({ port }) => port),
    });
    cleanups.push(() => front.close());
    const ledger = createLedger(path.join(folder, 'ledger'));
    cleanups.push(() => ledger.close());
    const random = createRandom(seed);
    const throughFront = (): Target[] => [{ port: front.port, name: '' }];
    let publishers = 0;

    return {
      db,
      databaseUrl: url,
      postgres,
      redis,
      front,
      slots,
      users,
      symbols,
      ledger,
      clients,
      random,
      throughFront,
      settleMs: waitMs({ quick }, SETTLE_MS),
      toReplicas: () => slots.filter(({ isRunning }) => isRunning).map(({ port, name }) => ({ port, name })),
      publisher(change = {}) {
        publishers += 1;
        return createPublisher({
          ledger,
          random,
          name: `p${publishers}`,
          userIds: users.map(({ userId }) => userId),
          symbols,
          targets: throughFront,
          answerMs: waitMs({ quick }, ANSWER_MS),
          ...change,
        });
      },
      specs: ({ users: of = users, group = 'client', port, stock = 0, forgetful = false, tab = 1 } = {}) =>
        of.map(({ userId, sessionID, cookie }, index) => ({
          client: tab === 1 ? `${group}-${index}` : `${group}-${index}-${tab}`,
          group,
          userId,
          sessionID,
          cookie,
          symbols,
          kind: index < stock ? 'stock' : 'lean',
          forgetful,
          ...(port !== undefined && { port }),
        })),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

interface RigDatabase {
  readonly db: Database;
  readonly url: string;
  readonly postgres: PostgresServer | null;
  close(): Promise<void>;
}

async function sharedDatabase(): Promise<RigDatabase> {
  return { ...(await createTestDatabase('postgres')), postgres: null };
}

async function ownDatabase(): Promise<RigDatabase> {
  const postgres = await startPostgresServer();
  const client = new pg.Client(`${postgres.url}/postgres`);
  await client.connect();
  await client.query('CREATE DATABASE tradecast');
  await client.end();
  const url = `${postgres.url}/tradecast`;
  const db = await openDatabase({ databaseUrl: url, log: silentLog });
  return {
    db,
    url,
    postgres,
    async close() {
      await db.close();
      await postgres.stop();
    },
  };
}
