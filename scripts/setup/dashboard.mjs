import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { nodeOfScripts } from './packages.mjs';
import { root, run, SetupError } from './process.mjs';

const SOURCES = ['dashboard', 'src/protocol', 'package-lock.json'];
const DIST = path.join(root, 'dashboard/dist');
const STAMP = '.sources';

/** Whether dashboard/dist was built from the sources as they are. */
export function dashboardIsBuilt() {
  const stamp = path.join(DIST, STAMP);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === sourcesHash();
}

/** Builds beside the old one and swaps: a running server never serves half a build, a failed one changes nothing. */
export async function buildDashboard() {
  const work = mkdtempSync(path.join(root, 'node_modules/.dashboard-'));
  const built = path.join(work, 'dist');
  try {
    const hash = sourcesHash();
    const vite = [path.join(root, 'node_modules/vite/bin/vite.js'), 'build', 'dashboard'];
    const { code, output } = await run(nodeOfScripts(), [
      ...vite,
      '--outDir',
      built,
      '--emptyOutDir',
      '--logLevel',
      'error',
    ]);
    if (code !== 0) throw new SetupError(`The dashboard does not build: ${viteReason(output)}`);
    writeFileSync(path.join(built, STAMP), hash);
    if (existsSync(DIST)) renameSync(DIST, path.join(work, 'old'));
    renameSync(built, DIST);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The line of vite's report that says why. */
function viteReason(output) {
  const lines = stripVTControlCharacters(output)
    .split('\n')
    .map((line) => line.trim());
  const told =
    lines.find((line) => /^\[[A-Za-z_:@/-]+\]/.test(line)) ?? lines.find((line) => /error/i.test(line));
  return `${told ?? 'vite did not say why'} (npm run build shows the rest).`;
}

function sourcesHash() {
  const hash = createHash('sha256');
  for (const source of SOURCES) addToHash(hash, path.join(root, source));
  return hash.digest('hex');
}

function addToHash(hash, file) {
  if (file === DIST) return;
  let names;
  try {
    names = readdirSync(file).sort();
  } catch (error) {
    if (error.code !== 'ENOTDIR') throw error;
    hash.update(path.relative(root, file)).update('\0').update(readFileSync(file)).update('\0');
    return;
  }
  for (const name of names) addToHash(hash, path.join(file, name));
}
