/** A program: creates the files of a new embedded database in the folder named by its argument. */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { PGlite } from '@electric-sql/pglite';

/** Only the service's own user may read the database. */
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

const target = path.resolve(process.argv[2]!);
const home = path.dirname(target);
const UNFINISHED = 'unfinished-';

const memory = await PGlite.create();
await memory.exec('CHECKPOINT');
const { FS } = memory.Module;

function sync(descriptor: number): void {
  fsyncSync(descriptor);
  closeSync(descriptor);
}

function copyFolder(from: string, to: string): void {
  mkdirSync(to, { mode: FOLDER_MODE });
  for (const name of FS.readdir(from) as string[]) {
    if (name === '.' || name === '..') continue;
    const [source, copy] = [`${from}/${name}`, path.join(to, name)];
    if (FS.isDir(FS.stat(source).mode)) {
      copyFolder(source, copy);
    } else {
      const file = openSync(copy, 'w', FILE_MODE);
      writeSync(file, FS.readFile(source) as Uint8Array);
      sync(file);
    }
  }
  sync(openSync(to, 'r'));
}

// Until the rename the folder is no database: an interrupted first start leaves no half database behind.
for (const name of readdirSync(home).filter((entry) => entry.startsWith(UNFINISHED)))
  rmSync(path.join(home, name), { recursive: true, force: true });
const unfinished = path.join(home, `${UNFINISHED}${process.pid}`);
copyFolder(PGlite.paths.PGDATA, unfinished);
renameSync(unfinished, target);
sync(openSync(home, 'r'));
await memory.close();
