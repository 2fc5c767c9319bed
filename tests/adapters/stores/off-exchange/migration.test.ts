import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import pg from 'pg';
import { createTestDatabase } from '../../../../rig/database/database.ts';
import { MIGRATIONS_FOLDER } from '../../../../src/adapters/sql/migrate.ts';

test('the totals of a day that was stored without them are made of its minutes', async () => {
  const database = await createTestDatabase('postgres');
  const client = new pg.Client(database.url);
  try {
    await client.connect();
    await client.query('CREATE SCHEMA before; SET search_path TO before');
    const run = async (name: string): Promise<unknown> =>
      client.query(await readFile(path.join(MIGRATIONS_FOLDER, `${name}.sql`), 'utf8'));
    await run('008_off_exchange');
    await run('009_filled_gaps');
    await client.query(`
      INSERT INTO off_exchange_symbols
      SELECT 'here', '2026-06-15', symbol, 0, 0, '[]', 9, now() FROM unnest('{IBM,LATE}'::text[]) AS symbol;
      INSERT INTO off_exchange_minutes
      SELECT source, '2026-06-15', 'IBM', '2026-06-15T16:00Z'::timestamptz + minute * interval '1 minute', 0.000000000001, 2, 3, 4
      FROM generate_series(1, 3) AS minute, unnest('{here,elsewhere}'::text[]) AS source`);
    await run('014_off_exchange_totals');
    const { rows } = await client.query(
      'SELECT symbol, bullish, bearish, unknown, prints FROM off_exchange_symbols ORDER BY symbol',
    );
    const zero = '0.000000000000';
    expect(rows).toEqual([
      {
        symbol: 'IBM',
        bullish: '0.000000000003',
        bearish: '6.000000000000',
        unknown: '9.000000000000',
        prints: '12',
      },
      { symbol: 'LATE', bullish: zero, bearish: zero, unknown: zero, prints: '0' },
    ]);
  } finally {
    await client.end();
    await database.close();
  }
});
