import type { ChildProcess } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { isRunning } from './server-process.ts';

/** Ends a start that hangs: a person waits for it, and a busy machine needs a tenth of it. */
const START_TIMEOUT_MS = 2 * 60_000;

export interface Start {
  readonly isReady: () => Promise<boolean>;
  /** How often it is asked. */
  readonly everyMs: number;
  /** Gives the start up. */
  readonly signal?: AbortSignal;
}

/** Resolves with null when the server is ready, else with why it will not be. The caller ends it. */
export async function whyNotStarted(
  server: ChildProcess,
  { isReady, everyMs, signal }: Start,
): Promise<string | null> {
  let failure: string | null = null;
  server.once('error', (error) => {
    failure = error.message;
  });
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await isReady())) {
    if (failure !== null) return failure;
    if (!isRunning(server)) return `ended with ${server.exitCode}`;
    if (signal?.aborted) return 'was given up';
    if (Date.now() > deadline) return 'took too long';
    await pause(everyMs);
  }
  return null;
}
