import path from 'node:path';
import { createTestDatabase, prepareDataDir } from '../../rig/database/database.ts';
import { silentLog } from '../../rig/log.ts';
import type { Child } from '../../rig/processes/child.ts';
import { createFolder, removeFolder } from '../../rig/processes/folder.ts';
import { HOOK_SECRET, SESSION_SECRET } from '../../rig/secrets.ts';
import { type SeededUser, seedUsers } from '../../rig/seed.ts';
import { openDatabase } from '../../src/adapters/open-database.ts';
import type { AppMethods } from '../servers/app.ts';
import { startServer } from './server.ts';

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
    const child = startServer<AppMethods>('bench/servers/app.ts');
    cleanups.push(() => child.stop());
    return { child, users, stop, port: await child.call('start', env) };
  } catch (error) {
    await stop();
    throw error;
  }
}
