/**
 * Writes numbered rows into the embedded database of the folder it is given and prints each number once its
 * transaction is acknowledged, until it is killed: `node row-writer.ts <folder>`.
 */

import { silentLog } from '../../rig/log.ts';
import { openDatabase } from '../../src/adapters/open-database.ts';
import { isUnavailable } from '../../src/protocol/errors.ts';

const WRITERS = 4;

const db = await openDatabase({ dataDir: process.argv[2]!, log: silentLog });
const [last] = await db.query<{ id: number }>('SELECT coalesce(max(id), 0) AS id FROM written');
let next = last!.id;

async function write(): Promise<never> {
  for (;;) {
    const id = ++next;
    // Both tables in one transaction: after a crash they tell the same, or a transaction was torn.
    const writing = db.transaction(async (tx) => {
      await tx.query('INSERT INTO written (id, filling) VALUES ($1, $2)', [id, 'x'.repeat(id % 2_000)]);
      await tx.query('UPDATE total SET rows = rows + 1, newest = greatest(newest, $1)', [id]);
    });
    // On a slow disk a writer is refused when it has waited too long for the one connection.
    const acknowledged = await writing.then(
      () => true,
      (error) => {
        if (isUnavailable(error)) return false;
        throw error;
      },
    );
    if (acknowledged) process.stdout.write(`${id}\n`);
  }
}
process.stdout.write('ready\n');
await Promise.all(Array.from({ length: WRITERS }, write));
