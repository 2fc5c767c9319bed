import { mkdirSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { type Front, startFront } from '../../local/front.ts';
import { type PostgresServer, startPostgresServer } from '../../local/postgres-server.ts';
import { type RedisServer, startRedisServer } from '../../local/redis-server.ts';
import { withCleanups } from '../../rig/cleanups.ts';
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
import { createPublisher, type Publisher, type PublisherOptions, type Target } from './publisher.ts';
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
  publisher(options?: Partial<PublisherOptions>): Publisher;
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

export function startRig(options: RigOptions): Promise<Rig> {
  return withCleanups(async (cleanups) => {
    const folder = createFolder();
    cleanups.add(() => removeFolder(folder));
    const clients = startChild<ClientMethods>(path.join(import.meta.dirname, '../servers/clients.ts'));
    cleanups.add(() => clients.stop());
    const [redis, database] = await Promise.all([
      startRedisServer(),
      options.ownPostgres ? ownDatabase() : sharedDatabase(),
    ]);
    cleanups.add(() => Promise.all([redis.stop(), database.close()]));
    const { db, url: databaseUrl, postgres } = database;
    await options.beforeReplicas?.({ redis, databaseUrl });

    const symbols = symbolsOf(options.symbols ?? 50);
    const slots = await createSlots(options, { folder, symbols, redisUrl: redis.url, databaseUrl });
    const running = (): Slot[] => slots.filter(({ isRunning }) => isRunning);
    cleanups.add(() => Promise.all(running().map((slot) => slot.kill())));
    const seeded = seedUsers(db, options.users);
    // The first is the engine: it asks for the lease first.
    await slots[0]?.start();
    await Promise.all(slots.slice(1).map((slot) => slot.start()));
    const users = (await seeded).map((user) => ({ ...user, cookie: cookieOf(user.sessionID) }));
    const front = await startFront({ replicas: () => running().map(({ port }) => port) });
    cleanups.add(() => front.close());
    const ledger = createLedger(path.join(folder, 'ledger'));
    cleanups.add(() => ledger.close());
    const random = createRandom(options.seed);
    const throughFront = (): Target[] => [{ port: front.port, name: '' }];
    return {
      ...{ db, databaseUrl, postgres, redis, front, slots, users, symbols, ledger, clients, random },
      throughFront,
      toReplicas: () => running().map(({ port, name }) => ({ port, name })),
      settleMs: waitMs(options, SETTLE_MS),
      publisher: publishersOf({
        ...{ ledger, random, symbols, targets: throughFront },
        userIds: users.map(({ userId }) => userId),
        answerMs: waitMs(options, ANSWER_MS),
      }),
      specs: specsOf(users, symbols),
      close: cleanups.run,
    };
  });
}

interface SlotParts {
  readonly folder: string;
  readonly symbols: readonly string[];
  readonly redisUrl: string;
  readonly databaseUrl: string;
}

/** Places for the replicas, each with a folder of its own; nothing runs in them yet. */
function createSlots(
  options: RigOptions,
  { folder, symbols, redisUrl, databaseUrl }: SlotParts,
): Promise<Slot[]> {
  const { replicas = 3, updatesPerSecond: perSecond = 1 } = options;
  return Promise.all(
    Array.from({ length: replicas }, (_, index) => {
      const own = path.join(folder, String(index));
      mkdirSync(own);
      const shared = { ...environmentOf(own), DATABASE_URL: databaseUrl, REDIS_URL: redisUrl };
      return createSlot({
        index,
        env: { ...shared, ...options.env, ...options.replicaEnv?.(index) },
        seams: { ...(perSecond > 0 && { market: { symbols, perSecond } }), ...options.seams?.(index) },
      });
    }),
  );
}

/** Publishers that share a ledger, each with keys of its own. */
function publishersOf(shared: Omit<PublisherOptions, 'name'>): Rig['publisher'] {
  let count = 0;
  return (change = {}) => {
    count += 1;
    return createPublisher({ ...shared, name: `p${count}`, ...change });
  };
}

const specsOf =
  (users: readonly RigUser[], symbols: readonly string[]): Rig['specs'] =>
  ({ users: of = users, group = 'client', port, stock = 0, forgetful = false, tab = 1 } = {}) =>
    of.map(({ userId, sessionID, cookie }, index) => ({
      client: tab === 1 ? `${group}-${index}` : `${group}-${index}-${tab}`,
      ...{ group, userId, sessionID, cookie, symbols, forgetful },
      kind: index < stock ? 'stock' : 'lean',
      ...(port !== undefined && { port }),
    }));

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
