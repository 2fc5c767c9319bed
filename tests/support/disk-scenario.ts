/** Run with `watched-disk.ts` preloaded on the folder it is given; prints what happened as JSON. */
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { silentLog } from '../../rig/log.ts';
import { until } from '../../rig/wait.ts';
import { openDatabase } from '../../src/adapters/open-database.ts';
import { isUnavailable } from '../../src/protocol/errors.ts';

const { SYNC_LOG, SYNC_FAILS } = process.env;
const COMMITS = 20;
const syncs = (): number => statSync(SYNC_LOG!).size;

const db = await openDatabase({ dataDir: process.argv[2]!, log: silentLog });
await db.query('CREATE TABLE kept (id bigint PRIMARY KEY)');

const before = syncs();
for (let id = 1; id <= COMMITS; id++) await db.query('INSERT INTO kept VALUES ($1)', [id]);
const perCommit = (syncs() - before) / COMMITS;

writeFileSync(SYNC_FAILS!, '');
const refused = await db.query('INSERT INTO kept VALUES (100)').then(
  () => 'acknowledged',
  (error: { code: string }) => error.code,
);
rmSync(SYNC_FAILS!);
// Statements are refused for as long as the database takes to recover.
const answers = async (): Promise<boolean> => {
  try {
    await db.query('SELECT 1');
    return true;
  } catch (error) {
    if (isUnavailable(error)) return false;
    throw error;
  }
};
await until(answers, 'the database answers again');
const after = await db.query<{ id: number }>('SELECT id FROM kept WHERE id <= $1 ORDER BY id', [COMMITS]);
await db.query('INSERT INTO kept VALUES (200)');
await db.close();

console.log(JSON.stringify({ perCommit, refused, kept: after.length }));
