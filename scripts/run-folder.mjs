import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Of another user.
    return error.code === 'EPERM';
  }
}

/**
 * A folder in `home` for this process, named by its id. Removes those of processes that have ended: a run that is
 * killed leaves gigabytes, and here they may be memory.
 */
export function openRunFolder(home) {
  mkdirSync(home, { recursive: true });
  for (const name of readdirSync(home)) {
    if (/^\d+$/.test(name) && !isAlive(Number(name)))
      rmSync(path.join(home, name), { recursive: true, force: true });
  }
  const folder = path.join(home, String(process.pid));
  mkdirSync(folder, { recursive: true });
  return folder;
}
