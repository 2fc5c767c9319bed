import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StartupError } from '../../lib/startup-error.ts';

/** SQLite's result code for "another connection holds the lock". */
const SQLITE_BUSY = 5;

/** Keeps the locks from the garbage collector, which would close their files and with them let go. */
const held = new Set<DatabaseSync>();

/**
 * Takes `folder` for this process alone and returns what gives it back. Throws StartupError where it is taken.
 *
 * Node has no flock; SQLite does: its exclusive lock is an fcntl lock of the operating system (LockFileEx on
 * Windows), which two processes cannot both win, which other containers on the same volume respect, and which
 * the kernel drops when the process dies, so that no stale lock can be left behind.
 */
export function lockFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = new DatabaseSync(path.join(folder, 'lock'), { timeout: 0 });
  try {
    // No journal beside it: nothing is ever written to the file, it only carries the lock.
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
