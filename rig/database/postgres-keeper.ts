/**
 * Starts a Postgres for one run of the tests and stops it when that run has ended:
 * `node postgres-keeper.ts <folder> <pid of the run>`. Writes its address, or a sentence, to `<folder>/address`.
 */
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { startPostgresServer } from '../../local/postgres-server.ts';

const OWNER_CHECK_MS = 500;

const [home = '', owner = ''] = process.argv.slice(2);

function report(text: string): void {
  writeFileSync(path.join(home, 'address.new'), text);
  renameSync(path.join(home, 'address.new'), path.join(home, 'address'));
}

const ownerLives = (): boolean => {
  try {
    return process.kill(Number(owner), 0);
  } catch {
    return false;
  }
};

try {
  // What survives the loss of power is Postgres' own promise and not tested here.
  const server = await startPostgresServer({ settings: { fsync: 'off' } });
  report(server.url);
  while (ownerLives()) await setTimeout(OWNER_CHECK_MS);
  await server.stop();
} catch (error) {
  report(`The Postgres for the tests could not be started: ${(error as Error).message}`);
  while (ownerLives()) await setTimeout(OWNER_CHECK_MS);
}
rmSync(home, { recursive: true, force: true });
