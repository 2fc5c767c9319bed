import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import pg from 'pg';
import type { Log } from '../../lib/log.ts';
import { StartupError } from '../../lib/startup-error.ts';
import { rowTypes } from '../sql/types.ts';
import { createEmbeddedEngine } from './engine.ts';
import { lockFolder } from './lock.ts';
import { createEmbeddedStream } from './stream.ts';

/** PGlite is one backend process: it has exactly one connection. */
const POOL_SIZE = 1;
/** A longer wait for the one connection is overload: the statement is refused before more pile up. */
const QUEUE_TIMEOUT_MS = 10_000;

const run = promisify(execFile);

/**
 * Creates the files in a process of its own: this needs 700 MB for two seconds, and only the end of a process
 * frees that memory. Code that runs once is not worth optimising, hence the flag. Throws where the folder cannot be
 * written.
 */
const createFiles = (target: string, signal: AbortSignal | undefined): Promise<unknown> =>
  run(process.execPath, ['--liftoff-only', path.join(import.meta.dirname, 'create.ts'), target], { signal });

// V8 would optimise Postgres' parser and the like: 600 MB for half a second, for 5 % more throughput.
for (const flag of ['--no-wasm-tier-up', '--no-wasm-dynamic-tiering']) setFlagsFromString(flag);

export interface EmbeddedPool {
  readonly pool: pg.Pool;
  /** Closes the engine, then unlocks the folder. Call it after `pool.end()`. */
  readonly release: () => Promise<void>;
}

export interface EmbeddedPoolOptions {
  readonly folder: string;
  readonly log: Log;
  /** Ends the creation of the files. What was created is removed by the next one. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Postgres inside this process (PGlite in a worker thread), behind an ordinary pool that speaks the wire
 * protocol with it. The files lie in `folder`; a commit is answered after fdatasync. Throws
 * StartupError where another process uses the folder.
 */
export async function openEmbeddedPool({ folder, log, signal }: EmbeddedPoolOptions): Promise<EmbeddedPool> {
  const unlock = lockFolder(folder);
  try {
    const files = path.join(folder, 'pgdata');
    if (!existsSync(files)) {
      await createFiles(files, signal).catch((error: unknown) => {
        throw new StartupError(
          `The embedded database cannot be created in ${folder}: check DATA_DIR and its free space.`,
          {
            cause: error,
          },
        );
      });
    }
    const engine = createEmbeddedEngine({ files, log });
    await engine.start().catch((error: unknown) => {
      throw new StartupError(
        `The embedded database in ${files} cannot be opened: restore the folder from a backup, or move it away to begin anew.`,
        { cause: error },
      );
    });
    const pool = new pg.Pool({
      user: 'postgres',
      database: 'postgres',
      max: POOL_SIZE,
      // Reconnecting costs a reset of the session and saves nothing.
      idleTimeoutMillis: 0,
      connectionTimeoutMillis: QUEUE_TIMEOUT_MS,
      types: rowTypes,
      stream: () => createEmbeddedStream(engine),
    });
    pool.on('error', (error) => log.warn({ err: error }, 'the connection to the embedded database was lost'));
    return {
      pool,
      async release() {
        try {
          await engine.stop();
        } finally {
          unlock();
        }
      },
    };
  } catch (error) {
    unlock();
    throw error;
  }
}
