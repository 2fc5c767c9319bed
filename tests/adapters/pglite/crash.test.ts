import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createTestDatabase, type EmbeddedTestDatabase } from '../../../rig/database/database.ts';
import { silentLog } from '../../../rig/log.ts';
import { openDatabase } from '../../../src/adapters/open-database.ts';

const WRITER = path.join(import.meta.dirname, '../../support/row-writer.ts');
const KILLS = 30;

let own: EmbeddedTestDatabase;
beforeEach(async () => {
  own = await createTestDatabase('embedded');
});
afterEach(() => own.close());

/** Lets a process write until it has acknowledged `count` rows, then kills it at once. Returns what it acknowledged. */
async function writeAndKill(count: number): Promise<number[]> {
  const writer = spawn(process.execPath, [WRITER, own.dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  const acknowledged: number[] = [];
  for await (const line of createInterface({ input: writer.stdout })) {
    if (line !== 'ready') acknowledged.push(Number(line));
    if (acknowledged.length === count) writer.kill('SIGKILL');
  }
  if (writer.exitCode === null && writer.signalCode === null) await once(writer, 'exit');
  expect(writer.signalCode).toBe('SIGKILL');
  return acknowledged;
}

test(`no acknowledged row is lost, and none is torn, in ${KILLS} kill -9 during writes`, async () => {
  await own.db.query('CREATE TABLE written (id bigint PRIMARY KEY, filling text NOT NULL)');
  await own.db.query('CREATE TABLE total (rows bigint NOT NULL, newest bigint NOT NULL)');
  await own.db.query('INSERT INTO total VALUES (0, 0)');
  await own.db.close();

  const acknowledged = new Set<number>();
  for (let kill = 0; kill < KILLS; kill++) {
    // Different lengths, so that the end falls on different moments between two checkpoints.
    for (const id of await writeAndKill(1 + ((kill * 37) % 101))) acknowledged.add(id);
  }

  const db = await openDatabase({ dataDir: own.dataDir, log: silentLog });
  const rows = await db.query<{ id: number; size: number }>(
    'SELECT id, length(filling) AS size FROM written',
  );
  const [total] = await db.query<{ rows: number; newest: number }>('SELECT rows, newest FROM total');
  const [byIndex] = await db.query<{ n: number }>('SELECT count(*) AS n FROM written WHERE id > 0');
  await db.close();

  const stored = new Set(rows.map(({ id }) => id));
  expect(acknowledged.size).toBeGreaterThan(KILLS * 25);
  expect([...acknowledged].filter((id) => !stored.has(id))).toEqual([]);
  expect(rows.filter(({ id, size }) => size !== id % 2_000)).toEqual([]);
  expect(total).toEqual({ rows: rows.length, newest: Math.max(...stored) });
  expect(byIndex?.n).toBe(rows.length);
});

test('each commit reaches the disk, and one that cannot is not acknowledged', async () => {
  await own.db.close();
  const home = path.dirname(own.dataDir);
  const env = { ...process.env, SYNC_LOG: path.join(home, 'syncs'), SYNC_FAILS: path.join(home, 'fails') };
  const support = path.join(import.meta.dirname, '../../support');
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', path.join(support, 'watched-disk.ts'), path.join(support, 'disk-scenario.ts'), own.dataDir],
    { env },
  );
  expect(JSON.parse(stdout)).toEqual({ perCommit: 1, refused: 'UNAVAILABLE', kept: 20 });
});

test('a second process is refused with a sentence that names the folder, and the dead leave no lock', async () => {
  const { dataDir } = own;
  await expect(openDatabase({ dataDir, log: silentLog })).rejects.toThrow(
    `Another process is using the database in ${dataDir}. Stop it first, or set DATA_DIR to another folder.`,
  );
  const refused = spawn(process.execPath, [WRITER, dataDir], { stdio: ['ignore', 'pipe', 'pipe'] });
  const complaint = (await refused.stderr.toArray()).join('');
  expect(complaint).toContain(`Another process is using the database in ${dataDir}.`);
  expect(await own.db.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);

  await own.db.close();
  const racers = await Promise.all(Array.from({ length: 3 }, race));
  await Promise.all(racers.map(({ kill }) => kill()));
  expect(racers.filter(({ won }) => won)).toHaveLength(1);
  const db = await openDatabase({ dataDir, log: silentLog });
  expect(await db.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  await db.close();

  async function race(): Promise<{ won: boolean; kill: () => Promise<unknown> }> {
    const holding = `import { lockFolder } from ${JSON.stringify(path.join(import.meta.dirname, '../../../src/adapters/pglite/lock.ts'))};
      try { lockFolder(process.argv[1]); globalThis.gc(); console.log('won'); } catch { console.log('lost'); }
      setInterval(() => {}, 1000);`;
    const racer = spawn(process.execPath, ['--expose-gc', '--input-type=module', '-e', holding, dataDir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const kill = (): Promise<unknown> => {
      racer.kill('SIGKILL');
      return once(racer, 'exit');
    };
    const [said] = await once(racer.stdout, 'data');
    return { won: String(said).trim() === 'won', kill };
  }
});
