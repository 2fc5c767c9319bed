import path from 'node:path';
import pg from 'pg';
import { type Cleanups, withCleanups } from '../../rig/cleanups.ts';
import { type Crowd, seedCrowd } from '../../rig/database/crowd.ts';
import { createTestDatabase, prepareDataDir } from '../../rig/database/database.ts';
import { silentLog } from '../../rig/log.ts';
import type { Child } from '../../rig/processes/child.ts';
import { createFolder, removeFolder } from '../../rig/processes/folder.ts';
import { HOOK_SECRET, OPERATOR_SECRET, SESSION_SECRET, SIGNAL_SECRETS } from '../../rig/secrets.ts';
import { type SeededUser, seedUsers } from '../../rig/seed.ts';
import { openDatabase } from '../../src/adapters/open-database.ts';
import type { Database } from '../../src/adapters/sql/database.ts';
import type { AppMethods } from '../servers/app.ts';
import { startServer } from './server.ts';

export interface Service {
  readonly child: Child<AppMethods>;
  readonly port: number;
  readonly users: readonly SeededUser[];
  /** CPU seconds of the process right before the service was started in it. */
  readonly startedAt: number;
  /** Ends the process and removes its data. */
  stop(): Promise<void>;
}

export interface ServiceOptions {
  /** Of the tests, of which nothing is synced to disk, or one of its own. */
  readonly database: 'embedded' | 'postgres' | { readonly url: string };
  readonly users: number;
  /** What else lies in a database of its own. */
  readonly crowd?: Crowd;
  readonly env?: Readonly<Record<string, string>>;
  /** What else is in the database at the start. */
  readonly seed?: (db: Database, users: readonly SeededUser[]) => Promise<void>;
}

/** The real service in a process of its own, on a database that already has users with sessions. */
export function startService({ database, users: count, crowd, env, seed }: ServiceOptions): Promise<Service> {
  return withCleanups(async (cleanups) => {
    const dataDir = createFolder();
    cleanups.add(() => removeFolder(dataDir));
    const { users, databaseUrl } =
      database === 'postgres'
        ? await seedPostgres(count, cleanups, seed)
        : database === 'embedded'
          ? await seedEmbedded(count, dataDir, seed)
          : await seedOwn(database.url, count, { crowd, seed });
    const child = startServer<AppMethods>('bench/servers/app.ts');
    cleanups.add(() => child.stop());
    const startedAt = await child.call('cpuSeconds');
    const port = await child.call('start', {
      DATA_DIR: dataDir,
      SESSION_SECRET,
      HOOK_SECRET,
      OPERATOR_SECRET,
      SIGNAL_SECRETS,
      LOG_LEVEL: 'info',
      ...env,
      ...(databaseUrl !== undefined && { DATABASE_URL: databaseUrl }),
    });
    return { child, users, port, startedAt, stop: cleanups.run };
  });
}

interface Seeded {
  readonly users: readonly SeededUser[];
  readonly databaseUrl?: string;
}

async function seedPostgres(
  count: number,
  cleanups: Cleanups,
  seed: ServiceOptions['seed'],
): Promise<Seeded> {
  const { db, url, close } = await createTestDatabase('postgres');
  cleanups.add(close);
  const users = await seedUsers(db, count);
  await seed?.(db, users);
  return { users, databaseUrl: url };
}

async function seedOwn(
  url: string,
  count: number,
  { crowd, seed }: Pick<ServiceOptions, 'crowd' | 'seed'>,
): Promise<Seeded> {
  const db = await openDatabase({ databaseUrl: url, log: silentLog });
  const users = await seedUsers(db, count);
  if (crowd) await seedCrowd(db, crowd);
  await seed?.(db, users);
  await db.close();
  // As upkeep leaves it; else the server's own would begin amid the measurement. It takes longer than any statement may.
  const client = new pg.Client(url);
  await client.connect();
  await client.query('VACUUM (ANALYZE)');
  await client.end();
  return { users, databaseUrl: url };
}

async function seedEmbedded(count: number, dataDir: string, seed: ServiceOptions['seed']): Promise<Seeded> {
  await prepareDataDir(dataDir);
  const db = await openDatabase({ dataDir: path.join(dataDir, 'database'), log: silentLog });
  const users = await seedUsers(db, count);
  await seed?.(db, users);
  await db.close();
  return { users };
}
