import { setTimeout as pause } from 'node:timers/promises';

/** One program that runs now. */
export interface Running {
  readonly pid: number;
  /** Resolves when it is gone. */
  readonly exited: Promise<unknown>;
  stop(): Promise<unknown>;
  kill(): Promise<unknown>;
}

/** A program that can be started again and again. */
export interface Program {
  readonly name: string;
  /** Rejects where it does not start, at once when the signal comes. */
  start(signal: AbortSignal): Promise<Running>;
}

export interface Kept {
  readonly name: string;
  /** Process id; null while it does not run. */
  pid(): number | null;
  /** Stops it in its own time and starts it again; resolves when it runs. */
  restart(): Promise<void>;
  /** Stops it for good. */
  stop(): Promise<void>;
  /** The same without waiting for its own time. */
  kill(): Promise<void>;
}

/** As an orchestrator that always restarts. */
const RESTART_PAUSE_MS = 1_000;

/**
 * Starts a program and starts it again whenever it ends. Rejects where the first start fails or `signal` gives
 * it up.
 */
export async function keepRunning(
  program: Program,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<Kept> {
  const { name } = program;
  let running: Running | null = await program.start(signal);
  const over = new AbortController();
  let restarting: PromiseWithResolvers<void> | null = null;

  /** Resolves with null when it is no longer wanted. */
  async function startAgain(): Promise<Running | null> {
    for (let told = false; !over.signal.aborted; told = true) {
      try {
        const started = await program.start(over.signal);
        if (!over.signal.aborted) return started;
        await started.kill();
      } catch (error) {
        if (over.signal.aborted) break;
        if (!told) say(`${name} does not start and is tried again: ${(error as Error).message}`);
        await pause(RESTART_PAUSE_MS, null, { signal: over.signal }).catch(() => {});
      }
    }
    return null;
  }

  async function keep(): Promise<void> {
    while (running) {
      const { pid, exited } = running;
      await exited;
      running = null;
      if (over.signal.aborted) return;
      if (!restarting) {
        say(`${name} (pid ${pid}) has ended; it is started again`);
        await pause(RESTART_PAUSE_MS, null, { signal: over.signal }).catch(() => {});
      }
      const started = await startAgain();
      running = started;
      if (started) say(`${name} is back: pid ${started.pid}`);
      restarting?.resolve();
      restarting = null;
    }
  }
  const kept = keep().finally(() => restarting?.resolve());

  return {
    name,
    pid: () => running?.pid ?? null,
    async restart() {
      restarting ??= Promise.withResolvers();
      const { promise } = restarting;
      await running?.stop();
      await promise;
    },
    async stop() {
      over.abort();
      await running?.stop();
      await kept;
    },
    async kill() {
      over.abort();
      await running?.kill();
      await kept;
    },
  };
}
