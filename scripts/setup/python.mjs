import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { root, run, SetupError } from './process.mjs';
import { findTool } from './tools.mjs';

/** What the Python example of docs/signals.md needs beside the standard library. */
const PACKAGE = 'websockets==15.0.1';

/** Where Python finds the packages of the examples (PYTHONPATH). `npm ci` empties it, as it does node_modules. */
export const PYTHON_PACKAGES = path.join(root, 'node_modules/.cache/python', PACKAGE);

/** Whether they are there: the folder appears whole or not at all. */
export const pythonPackagesAreInstalled = () => existsSync(PYTHON_PACKAGES);

/** Fetches them once; later runs need no network. */
export async function installPythonPackages() {
  const half = `${PYTHON_PACKAGES}.half`;
  rmSync(half, { recursive: true, force: true });
  mkdirSync(path.dirname(half), { recursive: true });
  const options = ['--no-input', '--disable-pip-version-check', '--only-binary', ':all:', '--no-deps'];
  const { code, output } = await run(findTool('pip'), ['install', ...options, '--target', half, PACKAGE]);
  if (code !== 0) throw new SetupError(`pip could not install ${PACKAGE}: ${pipReason(output)}`);
  renameSync(half, PYTHON_PACKAGES);
}

/** The line of pip's report that says why, without its prefix. */
function pipReason(output) {
  const lines = output.trim().split('\n');
  const told = lines.findLast((line) => line.startsWith('ERROR: ')) ?? lines.at(-1);
  return told?.replace('ERROR: ', '') || 'it did not say why.';
}
