/**
 * The worker thread of the embedded database: PGlite on real files, made durable. It receives wire-protocol bytes
 * and answers with bytes. After a failed sync or a panic it answers no more.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { joinBytes } from './bytes.ts';
import { DurableNodeFS } from './files.ts';
import type { WorkerAnswer, WorkerRequest } from './messages.ts';

/** PGlite's own parameters except `-F`, which turns fsync off. */
const START_PARAMETERS = [
  ...PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'),
  ...[
    'fsync=on',
    // Emscripten's fdatasync does nothing at all; its fsync reaches the file system, which calls fdatasync.
    'wal_sync_method=fsync',
    // The files are in the kernel's page cache as well: more buffers here would hold them twice.
    'shared_buffers=16MB',
    'wal_buffers=1MB',
    'min_wal_size=32MB',
    'max_connections=5',
    // A plan made while a table was empty is kept: without this it would read the table that has grown.
    'enable_seqscan=off',
    // Nothing collects statistics: a bitmap would look cheap, but read and sort all rows for a page of the newest.
    'enable_bitmapscan=off',
  ].flatMap((setting) => ['-c', setting]),
];
/** A single backend has no checkpointer: without this the log would grow, and recovery with it. 16 MB each. */
const SEGMENTS_PER_CHECKPOINT = 2;
/** The exit status of an ordinary SQL error in PGlite; any other one is its end. */
const SQL_ERROR_STATUS = 100;

const port = parentPort!;
const { files } = workerData as { files: string };
const answer = (message: WorkerAnswer, transfer: ArrayBuffer[] = []): void =>
  port.postMessage(message, transfer);

/** Set once an answer of the database no longer means that it is stored. */
let failure: Error | undefined;
let segments = 0;

const observer = {
  onSyncFailure(error: Error) {
    failure ??= error;
  },
  onWalSegment() {
    segments += 1;
  },
};

const simpleQuery = (sql: string): Buffer => {
  const text = Buffer.from(`${sql}\0`);
  const message = Buffer.alloc(5 + text.length);
  message.write('Q');
  message.writeUInt32BE(4 + text.length, 1);
  text.copy(message, 5);
  return message;
};

async function open(): Promise<PGlite> {
  const pglite = await PGlite.create({
    fs: new DurableNodeFS(files, observer),
    startParams: START_PARAMETERS,
  });
  // PGlite goes on after any exception; one that is no SQL error means that Postgres itself has ended.
  const module = pglite.Module;
  const loop = module._PostgresMainLoopOnce;
  module._PostgresMainLoopOnce = () => {
    try {
      loop();
    } catch (error) {
      if ((error as { status?: number }).status !== SQL_ERROR_STATUS) failure ??= error as Error;
      throw error;
    }
  };
  return pglite;
}

/** Everything between a request and its answer happens in this thread, synchronously. */
function execute(pglite: PGlite, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const chunks: Uint8Array[] = [];
  void pglite.execProtocolRawStream(bytes, {
    syncToFs: false,
    onRawData: (chunk) => chunks.push(chunk.slice()),
  });
  if (failure) throw failure;
  return joinBytes(chunks);
}

function serve(pglite: PGlite, bytes: Uint8Array): void {
  // A startup packet has no type byte: a new connection, which must not inherit the last one's transaction.
  if (bytes[0] === 0) for (const sql of ['ROLLBACK', 'DISCARD ALL']) execute(pglite, simpleQuery(sql));
  const reply = execute(pglite, bytes);
  answer({ type: 'answer', bytes: reply }, [reply.buffer]);
  if (segments >= SEGMENTS_PER_CHECKPOINT && !pglite.isInTransaction()) {
    segments = 0;
    execute(pglite, simpleQuery('CHECKPOINT'));
  }
}

function end(error: unknown): void {
  answer({ type: 'failed', reason: error instanceof Error ? error.message : String(error) });
  port.close();
  process.exit(1);
}

try {
  const pglite = await open();
  port.on('message', (request: WorkerRequest) => {
    try {
      if (request.type === 'execute') serve(pglite, request.bytes);
      else
        pglite.close().then(() => {
          port.close();
          process.exit(0);
        }, end);
    } catch (error) {
      end(error);
    }
  });
  answer({ type: 'ready' });
} catch (error) {
  end(error);
}
