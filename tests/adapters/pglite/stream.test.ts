import path from 'node:path';
import type { Duplex } from 'node:stream';
import { expect, test } from '@jest/globals';
import pg from 'pg';
import { createTestDatabase } from '../../../rig/database/database.ts';
import { silentLog } from '../../../rig/log.ts';
import { createEmbeddedEngine } from '../../../src/adapters/pglite/engine.ts';
import { createEmbeddedStream } from '../../../src/adapters/pglite/stream.ts';
import { createDatabase } from '../../../src/adapters/sql/database.ts';

test('a connection lost inside a transaction is UNAVAILABLE, and the next one works', async () => {
  const own = await createTestDatabase('embedded');
  await own.db.query('CREATE TABLE things (id bigint PRIMARY KEY)');
  await own.db.close();
  const engine = createEmbeddedEngine({ files: path.join(own.dataDir, 'pgdata'), log: silentLog });
  const streams: Duplex[] = [];
  const pool = new pg.Pool({
    user: 'postgres',
    database: 'postgres',
    max: 1,
    stream() {
      const stream = createEmbeddedStream(engine);
      streams.push(stream);
      return stream;
    },
  });
  const db = createDatabase({ kind: 'embedded', pool, release: engine.stop });
  const work = db.transaction(async (tx) => {
    await tx.query('INSERT INTO things (id) VALUES (1)');
    streams.at(-1)!.destroy(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }));
    await tx.query('INSERT INTO things (id) VALUES (2)');
  });
  await expect(work).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: expect.any(Number) });
  expect(await db.query('SELECT id FROM things')).toEqual([]);
  await db.close();
  await own.close();
});
