import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { withCleanups } from '../../rig/cleanups.ts';
import { prepareDataDir } from '../../rig/database/database.ts';
import { silentLog } from '../../rig/log.ts';
import { type Child, startChild } from '../../rig/processes/child.ts';
import { createFolder, removeFolder } from '../../rig/processes/folder.ts';
import { createRandom, type Random } from '../../rig/random.ts';
import { type SeededUser, seedUsers } from '../../rig/seed.ts';
import { openDatabase } from '../../src/adapters/open-database.ts';
import type { Database } from '../../src/adapters/sql/database.ts';
import type { ClientMethods } from '../servers/clients.ts';
import { check, type Verdict } from './checker.ts';
import { waitMs } from './drill.ts';
import { cookieOf, environmentOf } from './environment.ts';
import { readFacts } from './facts.ts';
import type { ClientSpec } from './follower.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { createPublisher, type Publisher } from './publisher.ts';
import { createSlot, type Slot } from './slot.ts';

/** One replica on its embedded database, with clients and a publisher around it. */
export interface Solo {
  readonly slot: Slot;
  /** What the replica runs with. */
  readonly env: Readonly<Record<string, string>>;
  readonly clients: Child<ClientMethods>;
  readonly ledger: Ledger;
  readonly publisher: Publisher;
  readonly random: Random;
  /** Waits this long at most until every client has everything, ends the replica and compares. */
  end(withinMs: number): Promise<Verdict>;
  close(): Promise<void>;
}

export interface SoloOptions {
  /** Waits minutes for what a full drill gives up sooner. */
  readonly quick: boolean;
  readonly seed: number;
  readonly users: number;
  readonly symbols: readonly string[];
  /** Changes the folder of the database before the replica opens it. */
  readonly prepare?: (databaseFolder: string) => Promise<void>;
}

const LOOK_AGAIN_MS = 200;
/** A replica that does not answer in this time is a finding. */
const ANSWER_MS = 10_000;

export function startSolo({ quick, seed, users: count, symbols, prepare }: SoloOptions): Promise<Solo> {
  return withCleanups(async (cleanups) => {
    const folder = createFolder();
    cleanups.add(() => removeFolder(folder));
    const databaseFolder = path.join(folder, 'database');
    await prepareDataDir(folder);
    const users = await withDatabase(databaseFolder, (db) => seedUsers(db, count));
    await prepare?.(databaseFolder);

    const env = environmentOf(folder);
    const slot = await createSlot({ index: 0, env, seams: { market: { symbols, perSecond: 2 } } });
    cleanups.add(() => slot.isRunning && slot.kill());
    await slot.start();
    const clients = startChild<ClientMethods>(path.join(import.meta.dirname, '../servers/clients.ts'));
    cleanups.add(() => clients.stop());
    const specs = users.map((user, index) => specOf(user, index, symbols));
    await clients.call('open', { clients: specs, port: slot.port });
    const ledger = createLedger(path.join(folder, 'ledger'));
    cleanups.add(() => ledger.close());
    const random = createRandom(seed);
    const answerMs = waitMs({ quick }, ANSWER_MS);
    const publisher = createPublisher({
      ...{ ledger, random, symbols, answerMs },
      name: 'p1',
      userIds: users.map(({ userId }) => userId),
      targets: () => [{ port: slot.port, name: slot.name }],
    });
    return {
      ...{ slot, env, clients, ledger, publisher, random },
      async end(withinMs) {
        const deadline = Date.now() + withinMs;
        const isSettled = (): Promise<boolean> => hasEverything({ clients, slot, specs, answerMs });
        while (!(await isSettled()) && Date.now() < deadline) await pause(LOOK_AGAIN_MS);
        const { logs, quotes } = await clients.call('log');
        await clients.call('close');
        await slot.kill();
        return withDatabase(databaseFolder, async (db) =>
          check({
            ...(await readFacts(db)),
            sent: ledger.all(),
            broker: null,
            clients: logs,
            quotes: quotes.client ?? { delivered: 0, stale: [] },
          }),
        );
      },
      close: cleanups.run,
    };
  });
}

/** Opens the database while no replica does, and closes it again. */
async function withDatabase<T>(dataDir: string, work: (db: Database) => Promise<T>): Promise<T> {
  const db = await openDatabase({ dataDir, log: silentLog });
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}

const specOf = (
  { userId, sessionID }: SeededUser,
  index: number,
  symbols: readonly string[],
): ClientSpec => ({
  client: `client-${index}`,
  group: 'client',
  userId,
  sessionID,
  cookie: cookieOf(sessionID),
  symbols,
  kind: index < 2 ? 'stock' : 'lean',
});

interface SettledParts {
  readonly clients: Child<ClientMethods>;
  readonly slot: Slot;
  readonly specs: readonly ClientSpec[];
  readonly answerMs: number;
}

/** Asked over HTTP: while the replica runs, no other process may open its database. */
async function hasEverything({ clients, slot, specs, answerMs }: SettledParts): Promise<boolean> {
  const ask = async <T>(route: string, cookie: string): Promise<T> => {
    const answer = await fetch(`http://127.0.0.1:${slot.port}${route}`, {
      headers: { cookie },
      signal: AbortSignal.timeout(answerMs),
    });
    return ((await answer.json()) as { data: T }).data;
  };
  const standing = new Map((await clients.call('standing')).map((one) => [one.client, one]));
  for (const { client, cookie } of specs) {
    const one = standing.get(client);
    const { head } = await ask<{ head: number }>('/api/trades?limit=1', cookie);
    const openOrders = await ask<unknown[]>('/api/orders?status=open', cookie);
    if (!one?.following || one.seq! < head || openOrders.length > 0) return false;
  }
  return true;
}
