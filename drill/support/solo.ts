import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { prepareDataDir } from '../../rig/database/database.ts';
import { silentLog } from '../../rig/log.ts';
import { type Child, startChild } from '../../rig/processes/child.ts';
import { createFolder, removeFolder } from '../../rig/processes/folder.ts';
import { createRandom, type Random } from '../../rig/random.ts';
import { seedUsers } from '../../rig/seed.ts';
import { openDatabase } from '../../src/adapters/open-database.ts';
import type { ClientMethods } from '../servers/clients.ts';
import { check, type Verdict } from './checker.ts';
import { waitMs } from './drill.ts';
import { cookieOf, environmentOf } from './environment.ts';
import { readFacts } from './facts.ts';
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

export async function startSolo({ quick, seed, users: count, symbols, prepare }: SoloOptions): Promise<Solo> {
  const folder = createFolder();
  const databaseFolder = path.join(folder, 'database');
  const cleanups: (() => unknown)[] = [() => removeFolder(folder)];
  const close = async (): Promise<void> => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  };
  try {
    await prepareDataDir(folder);
    const db = await openDatabase({ dataDir: databaseFolder, log: silentLog });
    const users = await seedUsers(db, count);
    await db.close();
    await prepare?.(databaseFolder);

    const env = environmentOf(folder);
    const slot = await createSlot({ index: 0, env, seams: { market: { symbols, perSecond: 2 } } });
    cleanups.push(() => slot.isRunning && slot.kill());
    await slot.start();
    const clients = startChild<ClientMethods>(path.join(import.meta.dirname, '../servers/clients.ts'));
    cleanups.push(() => clients.stop());
    const specs = users.map(({ userId, sessionID }, index) => ({
      client: `client-${index}`,
      group: 'client',
      userId,
      sessionID,
      cookie: cookieOf(sessionID),
      symbols,
      kind: index < 2 ? ('stock' as const) : ('lean' as const),
    }));
    await clients.call('open', { clients: specs, port: slot.port });
    const answerMs = waitMs({ quick }, ANSWER_MS);
    const ledger = createLedger(path.join(folder, 'ledger'));
    cleanups.push(() => ledger.close());
    const random = createRandom(seed);
    const publisher = createPublisher({
      ledger,
      random,
      name: 'p1',
      answerMs,
      userIds: users.map(({ userId }) => userId),
      symbols,
      targets: () => [{ port: slot.port, name: slot.name }],
    });

    /** Over HTTP: while the replica runs, nobody else may open its database. */
    async function ask<T>(route: string, cookie: string): Promise<T> {
      const answer = await fetch(`http://127.0.0.1:${slot.port}${route}`, {
        headers: { cookie },
        signal: AbortSignal.timeout(answerMs),
      });
      return ((await answer.json()) as { data: T }).data;
    }
    async function isSettled(): Promise<boolean> {
      const standing = new Map((await clients.call('standing')).map((one) => [one.client, one]));
      for (const { client, cookie } of specs) {
        const one = standing.get(client);
        const { head } = await ask<{ head: number }>('/api/trades?limit=1', cookie);
        const openOrders = await ask<unknown[]>('/api/orders?status=open', cookie);
        if (!one?.following || one.seq! < head || openOrders.length > 0) return false;
      }
      return true;
    }

    return {
      slot,
      env,
      clients,
      ledger,
      publisher,
      random,
      async end(withinMs) {
        const deadline = Date.now() + withinMs;
        while (!(await isSettled()) && Date.now() < deadline) await pause(LOOK_AGAIN_MS);
        const { logs, quotes } = await clients.call('log');
        await clients.call('close');
        await slot.kill();
        const rows = await openDatabase({ dataDir: databaseFolder, log: silentLog });
        try {
          return check({
            ...(await readFacts(rows)),
            sent: ledger.all(),
            broker: null,
            clients: logs,
            quotes: quotes.client ?? { delivered: 0, stale: [] },
          });
        } finally {
          await rows.close();
        }
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
