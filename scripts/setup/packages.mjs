import { existsSync, readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { root, run, SetupError } from './process.mjs';

/** The server is TypeScript that Node runs as it is, which Node does from this version on. */
const NODE_MAJOR = 24;
const LOCK_FILE = path.join(root, 'package-lock.json');
/** npm's own record of what it installed: written last, so an interrupted install has none. */
const INSTALLED_FILE = path.join(root, 'node_modules/.package-lock.json');
const BUNDLED_NODE = path.join(root, 'node_modules/.bin/node');

const readPackages = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;

/** Whether node_modules is what package-lock.json says; packages of other platforms may be missing. */
export function packagesAreInstalled() {
  if (!existsSync(INSTALLED_FILE)) return false;
  const installed = readPackages(INSTALLED_FILE);
  return Object.entries(readPackages(LOCK_FILE)).every(([folder, { version, optional }]) => {
    if (folder === '') return true;
    const found = installed[folder];
    return found ? found.version === version : optional === true;
  });
}

/** Development packages too: the dashboard is built here. No package needs its install script. */
export async function installPackages() {
  const { command, args, env } = npm();
  const { code, output } = await run(
    command,
    [...args, 'ci', '--include=dev', '--ignore-scripts', '--no-audit'],
    {
      env,
    },
  );
  if (code !== 0) throw new SetupError(`npm could not install the packages: ${npmReason(output)}`);
  await requireNode();
}

/**
 * npm as it was started. Where node_modules is out of date, the Node in it is about to be deleted, so npm
 * must run on the one outside and find no other on its PATH.
 */
function npm() {
  const { npm_execpath: cli, npm_node_execpath: node, PATH = '' } = process.env;
  const outside = PATH.split(path.delimiter).filter(
    (folder) => !folder.startsWith(path.join(root, 'node_modules')),
  );
  const env = { ...process.env, PATH: outside.join(path.delimiter), NODE_ENV: 'development' };
  return cli && node ? { command: node, args: [cli], env } : { command: 'npm', args: [], env };
}

/** The line of npm's report that says why, without its prefix. */
function npmReason(output) {
  const errors = output
    .split('\n')
    .map((line) => line.replace(/^npm (error|ERR!) ?/, '\0').trim())
    .filter((line) => line.startsWith('\0'))
    .map((line) => line.slice(1));
  const told = errors.find((line) => line !== '' && !/^(code|syscall|errno|A complete log)\b/.test(line));
  return told ?? output.trim().split('\n').at(-1) ?? 'it did not say why.';
}

/** The Node that npm scripts use: the bundled one, which exists for Linux, else the one npm itself runs on. */
export function nodeOfScripts() {
  return existsSync(BUNDLED_NODE) ? BUNDLED_NODE : process.execPath;
}

/** Refuses where that one is too old or, built for another C library, does not start. */
export async function requireNode() {
  const running = Number(process.versions.node.split('.')[0]);
  if (!existsSync(BUNDLED_NODE) && running >= NODE_MAJOR) return;
  if (existsSync(BUNDLED_NODE)) {
    if (process.execPath === realpathSync(BUNDLED_NODE)) return;
    if ((await run(BUNDLED_NODE, ['--version'])).code === 0) return;
  }
  throw new SetupError(
    `Tradecast runs on Node ${NODE_MAJOR} or later, and none that npm can bring runs on this ` +
      `${process.platform} ${process.arch}: install Node ${NODE_MAJOR} (this is ${process.versions.node}) and start again.`,
  );
}
