import { spawnSync } from 'node:child_process';
import { readFileSync, statfsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { openRunFolder } from './run-folder.mjs';

const root = path.resolve(import.meta.dirname, '..');

// jest loads ES modules through node:vm, whose API is still called experimental. Other warnings stay.
const NODE_OPTIONS = [
  process.env.NODE_OPTIONS,
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
]
  .filter(Boolean)
  .join(' ');

/** Linux' file system in memory, and what the databases and browsers of a run need of it at most. */
const MEMORY = { folder: '/dev/shm', bytes: 4 * 1024 ** 3 };

/**
 * Where tests put databases: into memory where there is enough, because a database syncs a thousand files each time it
 * recovers. kill -9 loses as little of it as of a disk, and what survives the loss of power is tested by watching the
 * syncs. Each run has a folder of its own there; the databases that others are copied from are of all runs. TMPDIR
 * names another folder.
 */
function temporaryFolders() {
  try {
    const { bavail, bsize } = statfsSync(MEMORY.folder);
    const mount = readFileSync('/proc/mounts', 'utf8').match(/^\S+ \/dev\/shm tmpfs (\S+)/m);
    // Some tests run programs that they have written.
    const fits = bavail * bsize >= MEMORY.bytes && mount && !mount[1].split(',').includes('noexec');
    if (process.env.TMPDIR || !fits) return {};
    const home = path.join(MEMORY.folder, `tradecast-tests-${os.userInfo().uid}`);
    return { TMPDIR: openRunFolder(home), TEST_TEMPLATES: home };
  } catch {
    return {};
  }
}

/** Runs a Node program of the repository with this terminal; answers whether it succeeded. */
export function runNode(command, options = {}) {
  const { status, error } = spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit', ...options });
  if (error) console.error(error.message);
  return status === 0;
}

export const runJest = (args) =>
  runNode(
    ['node_modules/jest/bin/jest.js', '--cacheDirectory', path.join(os.tmpdir(), 'tradecast-jest'), ...args],
    {
      env: {
        ...process.env,
        NODE_OPTIONS,
        ...temporaryFolders(),
        // Tests start hundreds of processes: each loads what an earlier one has compiled and stripped of types.
        NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? path.join(os.tmpdir(), 'tradecast-compiled'),
      },
    },
  );
