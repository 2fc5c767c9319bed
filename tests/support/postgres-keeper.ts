/**
 * Starts a Postgres for one run of the tests and stops it when that run has ended:
 * `node postgres-keeper.ts <folder> <pid of the run>`. Writes its address, or a sentence, to `<folder>/address`.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';

const OWNER_CHECK_MS = 500;
const START_CHECK_MS = 20;
const DEBIAN = '/usr/lib/postgresql';

const [home = '', owner = ''] = process.argv.slice(2);

function tell(text: string): void {
  writeFileSync(path.join(home, 'address.new'), text);
  renameSync(path.join(home, 'address.new'), path.join(home, 'address'));
}

/** Debian's newest version, else what is on the path. */
function binary(name: string): string {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  const version = versions.find((entry) => existsSync(path.join(DEBIAN, entry, 'bin', name)));
  return version ? path.join(DEBIAN, version, 'bin', name) : name;
}

/** Postgres refuses to run as root, so root lends it another user. */
function otherUser(): { uid: number; gid: number } | Record<string, never> {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string, user: string): number =>
    Number(execFileSync('id', [flag, user], { stdio: 'pipe' }));
  for (const user of ['postgres', 'nobody']) {
    try {
      return { uid: id('-u', user), gid: id('-g', user) };
    } catch {
      // This machine has no such user; the next one may exist.
    }
  }
  throw new Error('There is no user "postgres" or "nobody" to run Postgres as.');
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const ownerLives = (): boolean => {
  try {
    return process.kill(Number(owner), 0);
  } catch {
    return false;
  }
};

async function answers(address: string): Promise<boolean> {
  const client = new pg.Client(`${address}/postgres`);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

async function keep(): Promise<void> {
  const user = otherUser();
  const data = path.join(home, 'data');
  chmodSync(home, 0o755);
  mkdirSync(data, { mode: 0o700 });
  if (user.uid !== undefined) chownSync(data, user.uid, user.gid);
  execFileSync(
    binary('initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync'],
    { ...user, cwd: '/', stdio: 'pipe' },
  );
  const port = await freePort();
  const settings = [
    'listen_addresses=127.0.0.1',
    `port=${port}`,
    'unix_socket_directories=',
    'max_connections=200',
    'shared_buffers=32MB',
    // What survives the loss of power is Postgres' own promise and not tested here.
    'fsync=off',
  ];
  const server = spawn(binary('postgres'), ['-D', data, ...settings.flatMap((setting) => ['-c', setting])], {
    ...user,
    cwd: '/',
    stdio: 'ignore',
  });
  const ended = once(server, 'exit');
  const address = `postgres://postgres@127.0.0.1:${port}`;
  while (server.exitCode === null && !(await answers(address))) await setTimeout(START_CHECK_MS);
  tell(server.exitCode === null ? address : `Postgres ended with exit code ${server.exitCode}.`);
  const watch = setInterval(() => {
    if (!ownerLives()) server.kill('SIGINT');
  }, OWNER_CHECK_MS);
  await ended;
  clearInterval(watch);
}

try {
  await keep();
} catch (error) {
  tell(`The Postgres for the tests could not be started: ${(error as Error).message}`);
  while (ownerLives()) await setTimeout(OWNER_CHECK_MS);
}
rmSync(home, { recursive: true, force: true });
