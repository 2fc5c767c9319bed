import { type ChildProcess, fork } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import path from 'node:path';
import { STEP_MS } from '../patience.ts';

/** What a child offers. A method has at most one argument, which survives structured cloning. */
// biome-ignore lint/suspicious/noExplicitAny: a bound for inference only, every use is typed by the methods themselves
export type Methods = Record<string, (argument: any) => unknown>;

export interface Child<M extends Methods> {
  call<K extends keyof M & string>(method: K, ...args: Parameters<M[K]>): Promise<Awaited<ReturnType<M[K]>>>;
  /** Such as SIGKILL, SIGSTOP, SIGCONT or SIGTERM. */
  signal(name: NodeJS.Signals): void;
  /** Resolves with the exit code when the process has ended; null where a signal ended it. */
  readonly ended: Promise<number | null>;
  /** Resolves when the process has ended. */
  stop(): Promise<void>;
}

interface Call {
  readonly id: number;
  readonly method: string;
  readonly argument: unknown;
}
interface Reply {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/**
 * Starts a file that ends in `serve(methods)`, by its path from the repository's root. It ends with this process,
 * however this one ends.
 */
export function startChild<M extends Methods>(
  file: string,
  options: { readonly execArgv?: readonly string[]; readonly logFile?: string } = {},
): Child<M> {
  const log = options.logFile === undefined ? null : openSync(options.logFile, 'a');
  const child = fork(path.resolve(import.meta.dirname, '../..', file), {
    serialization: 'advanced',
    execArgv: [...(options.execArgv ?? [])],
    // A log without a file is written all the same: writing it belongs to the cost.
    stdio: ['ignore', log ?? 'ignore', 'inherit', 'ipc'],
  });
  if (log !== null) closeSync(log);
  running.add(child);
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  const ended = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => {
      running.delete(child);
      for (const { reject } of waiting.values()) reject(new Error(`${file} ended with ${code}`));
      resolve(code);
    });
  });
  child.on('message', ({ id, result, error }: Reply) => {
    const call = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) call?.resolve(result);
    else call?.reject(new Error(error));
  });

  let calls = 0;
  return {
    call(method, argument?: unknown) {
      calls += 1;
      const id = calls;
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`${method} took too long`)), STEP_MS).unref();
        const settle =
          <T>(then: (value: T) => void) =>
          (value: T): void => {
            clearTimeout(timer);
            then(value);
          };
        waiting.set(id, { resolve: settle(resolve as (value: unknown) => void), reject: settle(reject) });
        child.send({ id, method, argument } satisfies Call, (problem) => {
          if (!problem) return;
          waiting.delete(id);
          settle(reject)(problem);
        });
      });
    },
    signal: (name) => void child.kill(name),
    ended,
    async stop() {
      const timer = setTimeout(() => child.kill('SIGKILL'), STEP_MS);
      if (child.connected) child.disconnect();
      await ended;
      clearTimeout(timer);
    },
  };
}

/** The child's side: answers the parent's calls until the parent disconnects. */
export function serve(methods: Methods): void {
  process.on('message', async ({ id, method, argument }: Call) => {
    try {
      process.send?.({ id, result: await methods[method]?.(argument) } satisfies Reply);
    } catch (error) {
      process.send?.({ id, error: error instanceof Error ? String(error.stack) : String(error) });
    }
  });
  process.on('disconnect', () => process.exit(0));
}
