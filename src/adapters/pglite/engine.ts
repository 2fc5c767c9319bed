import { statfsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { Log } from '../../lib/log.ts';
import type { WorkerAnswer, WorkerRequest } from './messages.ts';

/** Called once for each request, in the order of the requests. */
type AnswerListener = (bytes: Buffer) => void;

/** The worker thread that holds PGlite, seen from the main thread. */
export interface EmbeddedEngine {
  /** Resolves when the database is open. After a failure it starts a new worker, which recovers from the log. */
  start(): Promise<void>;
  /** Sends wire-protocol bytes and transfers their memory; `onAnswer` receives the answer unless the engine fails. */
  send(bytes: Uint8Array<ArrayBuffer>, onAnswer: AnswerListener): void;
  /** Called when the worker died: statements in flight have no known outcome. */
  onFailure(listener: (error: Error) => void): void;
  offFailure(listener: (error: Error) => void): void;
  /** Writes a checkpoint and ends the worker. */
  stop(): Promise<void>;
}

/** A segment of the write-ahead log, which Postgres needs whole. */
const SEGMENT_BYTES = 16 * 1024 * 1024;

function hasNoSpace(folder: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize < SEGMENT_BYTES;
  } catch {
    return false;
  }
}

/** `files` is the folder of Postgres' own files. */
export function createEmbeddedEngine({ files, log }: { files: string; log: Log }): EmbeddedEngine {
  const failures = new Set<(error: Error) => void>();
  let worker: Worker | undefined;
  let starting: Promise<void> | undefined;
  let waiting: AnswerListener[] = [];
  let stopping = false;

  function spawn(): Promise<void> {
    const started = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: { files },
      name: 'database',
    });
    worker = started;
    return new Promise((resolve, reject) => {
      let cause: Error | undefined;
      started.on('message', (message: WorkerAnswer) => {
        if (message.type === 'ready') resolve();
        else if (message.type === 'answer') {
          const { buffer, byteOffset, byteLength } = message.bytes;
          waiting.shift()?.(Buffer.from(buffer, byteOffset, byteLength));
        } else cause = new Error(message.reason);
      });
      started.on('error', (error: Error) => {
        cause = error;
      });
      started.on('exit', () => {
        worker = undefined;
        starting = undefined;
        waiting = [];
        if (stopping) return resolve();
        // Postgres ends itself where its log cannot be written, and what is left of that is an exit code.
        if (hasNoSpace(files)) cause = new Error(`no space left on device for ${files}`, { cause });
        const error = new Error('Connection terminated: the embedded database stopped', { cause });
        log.error({ err: cause ?? error }, 'the embedded database stopped');
        reject(error);
        for (const listener of [...failures]) listener(error);
      });
    });
  }

  return {
    start() {
      if (stopping) return Promise.reject(new Error('Connection terminated: the database is closing'));
      starting ??= spawn();
      return starting;
    },
    send(bytes, onAnswer) {
      if (!worker) return;
      waiting.push(onAnswer);
      worker.postMessage({ type: 'execute', bytes } satisfies WorkerRequest, [bytes.buffer]);
    },
    onFailure: (listener) => void failures.add(listener),
    offFailure: (listener) => void failures.delete(listener),
    async stop() {
      stopping = true;
      const ending = worker;
      if (!ending) return;
      const ended = new Promise<void>((resolve) => ending.once('exit', () => resolve()));
      ending.postMessage({ type: 'stop' } satisfies WorkerRequest);
      await ended;
    },
  };
}
