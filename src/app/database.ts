import path from 'node:path';
import { openDatabase } from '../adapters/open-database.ts';
import type { Database } from '../adapters/sql/database.ts';
import { unavailable } from '../adapters/sql/errors.ts';
import type { Core } from './core.ts';
import type { Capability } from './part.ts';

/**
 * The Postgres at `url`, or the embedded database below `dataDir`: opened and migrated at the start. Before it every
 * query rejects with UNAVAILABLE.
 */
export function createDatabaseCapability(
  { log, metrics }: Core,
  { dataDir, url }: { readonly dataDir: string; readonly url: string | null },
): Capability<{ readonly database: Database }> {
  let opened: Database | null = null;
  const cancelled = new AbortController();
  const notOpen = (): Promise<never> => Promise.reject(unavailable(new Error('the database is not open')));

  const database: Database = {
    kind: url === null ? 'embedded' : 'postgres',
    query: (sql, params) => opened?.query(sql, params) ?? notOpen(),
    transaction: (work) => opened?.transaction(work) ?? notOpen(),
    isFull: () => opened?.isFull() ?? false,
    close: async () => opened?.close(),
  };
  return {
    name: 'database',
    faces: { database },
    async start() {
      opened = await openDatabase({
        log: log('database'),
        onQuery: metrics.database.observe,
        signal: cancelled.signal,
        ...(url === null ? { dataDir: path.join(dataDir, 'database') } : { databaseUrl: url }),
      });
    },
    cancel: () => cancelled.abort(),
    stop: database.close,
  };
}
