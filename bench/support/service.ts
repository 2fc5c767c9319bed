import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { SessionData, Store } from 'express-session';
import type { Database } from '../../src/adapters/database/database.ts';
import { openAccount } from '../../src/adapters/database/ledger.ts';
import { openDatabase } from '../../src/adapters/database/open.ts';
import { createSessionStore } from '../../src/adapters/database/session-store.ts';
import { createUsers } from '../../src/adapters/database/users.ts';
import { createTestDatabase, prepareDataDir } from '../../tests/support/database.ts';
import { silentLog } from '../../tests/support/log.ts';
import type { AppMethods } from '../servers/app.ts';
import type { Child } from './child.ts';
import { createFolder, removeFolder } from './folder.ts';
import { startServer } from './server.ts';

export const HOOK_SECRET = 'the hook secret of the bench is long enough';
const SESSION_SECRET = 'the session secret of the bench is long enough';
const STARTING_CASH = '1000000';
/** Users created at a time. */
const CONCURRENCY = 20;

export interface SeededUser {
  readonly userId: string;
  readonly sessionID: string;
}

export interface Service {
  readonly child: Child<AppMethods>;
  readonly port: number;
  readonly users: readonly SeededUser[];
  /** Ends the process and removes its data. */
  stop(): Promise<void>;
}

export interface ServiceOptions {
  readonly database: 'embedded' | 'postgres';
  readonly users: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** The real service in a process of its own, on a database that already has users with sessions. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const dataDir = createFolder();
  const cleanups: (() => Promise<void> | void)[] = [() => removeFolder(dataDir)];
  const stop = async (): Promise<void> => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  };
  try {
    const env: Record<string, string> = {
      DATA_DIR: dataDir,
      SESSION_SECRET,
      HOOK_SECRET,
      LOG_LEVEL: 'info',
      ...options.env,
    };
    let users: SeededUser[];
    if (options.database === 'postgres') {
      const { db, url, close } = await createTestDatabase('postgres');
      cleanups.push(close);
      users = await seedUsers(db, options.users);
      env.DATABASE_URL = url;
    } else {
      await prepareDataDir(dataDir);
      const db = await openDatabase({ dataDir: path.join(dataDir, 'database'), log: silentLog });
      users = await seedUsers(db, options.users);
      await db.close();
    }
    const child = startServer<AppMethods>('servers/app.ts');
    cleanups.push(() => child.stop());
    return { child, users, stop, port: await child.call('start', env) };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Users with an account and a session, without the deliberate slowness of passwords. */
export async function seedUsers(db: Database, count: number): Promise<SeededUser[]> {
  const store = createSessionStore(db);
  const users = createUsers(db, { onCreate: (tx, user) => openAccount(tx, user.id, STARTING_CASH) });
  const seeded: SeededUser[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      const name = `bench-${next}`;
      next += 1;
      const user = await users.create({ username: name, name, tier: 'member', passwordHash: 'none' });
      const sessionID = randomUUID();
      await saveSession(store, sessionID, user.id);
      seeded.push({ userId: user.id, sessionID });
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return seeded;
}

const saveSession = (store: Store, id: string, userId: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const session = { cookie: { originalMaxAge: null }, userId, createdAt: Date.now() } as SessionData;
    store.set(id, session, (error) => (error ? reject(error) : resolve()));
  });
