import { createHash } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root, SetupError } from './process.mjs';

/** Longer than any set-up takes, milliseconds. */
const PATIENCE_MS = 15 * 60_000;
const POLL_MS = 200;

// Outside the checkout: `npm ci` empties node_modules, and a lock is nothing to commit.
const checkout = createHash('sha256').update(root).digest('hex').slice(0, 16);
const lockFile = path.join(tmpdir(), `tradecast-setup-${userInfo().uid}-${checkout}.lock`);

/** Two terminals that start at once must not both run `npm ci`: the second waits for the first. */
export async function withSetupLock(work) {
  await acquire();
  const release = () => rmSync(lockFile, { force: true });
  process.once('exit', release);
  try {
    await work();
  } finally {
    process.removeListener('exit', release);
    release();
  }
}

async function acquire() {
  const giveUpAt = Date.now() + PATIENCE_MS;
  for (let told = false; !tryAcquire(); ) {
    const holder = readHolder();
    if (holder !== null && !isAlive(holder)) {
      removeStale(holder);
      continue;
    }
    if (!told) console.log(`Waiting for the set-up that process ${holder ?? '?'} is running in this folder.`);
    told = true;
    if (Date.now() > giveUpAt)
      throw new SetupError(`Process ${holder} still holds ${lockFile}; stop it and try again.`);
    await sleep(POLL_MS);
  }
}

function tryAcquire() {
  try {
    writeFileSync(lockFile, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw new SetupError(`The set-up cannot write its lock ${lockFile} (${error.code}).`);
  }
}

/** The holder's process id; null while its file is being written or has just gone. */
function readHolder() {
  try {
    return Number(readFileSync(lockFile, 'utf8')) || null;
  } catch {
    return null;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Takes the dead holder's file away by rename, which only one of several waiters can do. */
function removeStale(holder) {
  const aside = `${lockFile}.${process.pid}`;
  try {
    if (readHolder() !== holder) return;
    renameSync(lockFile, aside);
  } catch {
    return;
  }
  rmSync(aside, { force: true });
}
