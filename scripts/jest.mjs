import { spawnSync } from 'node:child_process';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');

// jest loads ES modules through node:vm, whose API is still called experimental. Other warnings stay.
const NODE_OPTIONS = [
  process.env.NODE_OPTIONS,
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
]
  .filter(Boolean)
  .join(' ');

/** Runs a Node program of the repository with this terminal; answers whether it succeeded. */
export function runNode(command, options = {}) {
  const { status, error } = spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit', ...options });
  if (error) console.error(error.message);
  return status === 0;
}

export const runJest = (args) =>
  runNode(['node_modules/jest/bin/jest.js', ...args], { env: { ...process.env, NODE_OPTIONS } });
