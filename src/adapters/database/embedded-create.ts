/**
 * A worker thread that makes the files of a new embedded database and ends. Its own thread, because making
 * them takes a second PGlite, whose memory only the end of a thread gives back.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';

/** Only the service's own user may read what is in the database. */
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

const { target } = workerData as { target: string };
// Until the rename the folder is no database: an interrupted first start begins again.
const unfinished = `${target}.unfinished`;

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

rmSync(unfinished, { recursive: true, force: true });
copyFolder(PGlite.paths.PGDATA, unfinished);
renameSync(unfinished, target);
sync(openSync(path.dirname(target), 'r'));
process.exit(0);
