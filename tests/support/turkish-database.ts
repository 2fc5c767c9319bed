import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { createTestDatabase, type PostgresTestDatabase } from '../../rig/database/database.ts';
import { silentLog } from '../../rig/log.ts';
import { openDatabase } from '../../src/adapters/open-database.ts';

/** A Postgres database of a locale in which lower('I') is no i and lower('İ') is one; `prepare` finds it empty. */
export async function createTurkishDatabase(
  prepare: (client: pg.Client) => Promise<unknown> = async () => {},
): Promise<PostgresTestDatabase> {
  const server = await createTestDatabase('postgres');
  const name = `turkish_${randomUUID().replaceAll('-', '')}`;
  await server.db.query(
    `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'tr'`,
  );
  const url = server.url.replace(/[^/]+$/, name);
  const client = new pg.Client(url);
  await client.connect();
  await prepare(client);
  await client.end();
  const db = await openDatabase({ databaseUrl: url, log: silentLog });
  return {
    db,
    url,
    async close() {
      await db.close();
      await server.db.query(`DROP DATABASE ${name}`);
      await server.close();
    },
  };
}
