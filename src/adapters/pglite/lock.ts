import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StartupError } from '../../lib/startup-error.ts';

/** SQLite's result code for "another connection holds the lock". */
const SQLITE_BUSY = 5;

/** Protects the locks from the garbage collector, which would close their files and so free the folders. */
const held = new Set<DatabaseSync>();

/**
 * Locks `folder` for this process and returns what unlocks it. Throws StartupError where it is locked already.
 *
 * Node has no flock, but SQLite has one: its exclusive lock is an fcntl lock of the operating system (LockFileEx
 * on Windows). Two processes cannot both win it, other containers on the same volume respect it, and the kernel
 * drops it when the process dies, so that no stale lock is left behind.
 */
export function lockFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = new DatabaseSync(path.join(folder, 'lock'), { timeout: 0 });
  try {
    // No journal file beside it: the file is never written, it only carries the lock.
    file.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    file.close();
    if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) throw error;
    throw new StartupError(
      `Another process is using the database in ${folder}. Stop it first, or set DATA_DIR to another folder.`,
      { cause: error },
    );
  }
  held.add(file);
  return () => {
    if (held.delete(file)) file.close();
  };
}
