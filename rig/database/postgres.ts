import { spawn } from 'node:child_process';
import { existsSync, readFileSync, watch } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { STEP_MS } from '../patience.ts';

/** The process whose end is the end of the run: jest itself, of which a worker is a child with a channel. */
const run = typeof process.send === 'function' ? process.ppid : process.pid;

/**
 * The address (`postgres://…` without a database) of a real Postgres that all test files of one jest run
 * share. The first file that asks starts it. It stops by itself when the run has ended, in whatever way.
 */
export async function testPostgres(): Promise<string> {
  const home = path.join(os.tmpdir(), `tradecast-postgres-${run}`);
  const answer = path.join(home, 'address');
  const first = await mkdir(home).then(
    () => true,
    () => false,
  );
  const found = appears(home, answer);
  if (first) {
    spawn(process.execPath, [path.join(import.meta.dirname, 'postgres-keeper.ts'), home, String(run)], {
      detached: true,
      stdio: 'ignore',
    }).unref();
  }
  await found;
  const address = readFileSync(answer, 'utf8');
  if (!address.startsWith('postgres://')) throw new Error(address);
  return address;
}

function appears(folder: string, file: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const watcher = watch(folder, () => {
      if (existsSync(file)) settle();
    });
    const timer = setTimeout(
      () => settle(new Error(`The Postgres for the tests did not start; see ${folder}`)),
      STEP_MS,
    );
    function settle(error?: Error): void {
      clearTimeout(timer);
      watcher.close();
      if (error) reject(error);
      else resolve();
    }
    if (existsSync(file)) settle();
  });
}
