import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { prepareDataDir } from '../../rig/database/database.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), 'tradecast-full-disk-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

test.each([
  ['for rows, where statements fail', '/pgdata/'],
  ['for the log of Postgres, which ends itself then', '/pg_wal/'],
])(
  'a disk without space %s is named in /ready, the health and the log, until there is some',
  async (_what, full) => {
    const dataDir = path.join(home, 'data');
    await prepareDataDir(dataDir);
    const support = path.join(import.meta.dirname, '../support');
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [
        ...['--import', path.join(support, 'full-disk.ts')],
        ...[path.join(support, 'full-disk-scenario.ts'), dataDir, full],
      ],
      { env: { ...process.env, NODE_OPTIONS: '', DISK_FULL: path.join(home, 'full') } },
    );
    const told = JSON.parse(stdout.trim().split('\n').at(-1)!);
    expect(told).toMatchObject({
      refused: [503, 'UNAVAILABLE', expect.stringContaining('disk of the database is full')],
      during: [503, 'has no space left on its disk'],
      later: 503,
      after: 'string',
    });
    expect(told.problems).toContain('The database has no space left on its disk.');
    expect(told.logged).toContain(
      'the disk of the database is full: nothing can be stored before space is freed',
    );
  },
);
