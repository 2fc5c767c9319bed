import { spawn } from 'node:child_process';
import path from 'node:path';

/** The checkout. */
export const root = path.resolve(import.meta.dirname, '../..');

/** A failure told in one sentence. */
export class SetupError extends Error {}

const running = new Set();
let stopping = false;

/** Ctrl-C and SIGTERM end the running step first, so that nothing goes on writing behind the prompt. */
export function stopChildrenOnSignal() {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ]) {
    process.once(signal, () => {
      stopping = true;
      process.stdout.write('stopped\n');
      for (const child of running) child.kill('SIGTERM');
      void Promise.allSettled([...running].map((child) => child.ended)).then(() => process.exit(code));
    });
  }
}

/** Prints what is done and how long it took, on one line. */
export async function step(title, run) {
  const startedAt = Date.now();
  process.stdout.write(`${title} ... `);
  try {
    await run();
  } catch (error) {
    process.stdout.write('failed\n');
    throw error;
  }
  process.stdout.write(`${((Date.now() - startedAt) / 1000).toFixed(1)} s\n`);
}

/** Runs a command quietly; resolves with its exit code and all it printed, or never once a signal has come. */
export function run(command, args, options = {}) {
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], ...options });
  running.add(child);
  let output = '';
  child.stdout.on('data', (text) => {
    output += text;
  });
  child.stderr.on('data', (text) => {
    output += text;
  });
  child.ended = new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: 127, output: error.message }));
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
  return new Promise((resolve) => {
    child.ended.then((result) => {
      running.delete(child);
      if (!stopping) resolve(result);
    });
  });
}
