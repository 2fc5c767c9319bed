import { createWriteStream } from 'node:fs';
import type { Log } from '../../lib/log.ts';
import type { RawEvent } from './events.ts';

/** Appends upstream events to a file that a replay can play, one a line. */
export interface Recorder {
  write(event: RawEvent): void;
  /** Resolves once everything is in the file. */
  close(): Promise<void>;
}

/** A disk that cannot keep up costs recorded events, not memory. */
const MAX_PENDING_BYTES = 8 * 1024 * 1024;

export function createRecorder(file: string, log: Log): Recorder {
  const stream = createWriteStream(file, { flags: 'a' });
  let lost = 0;
  let failed = false;
  stream.on('error', (error) => {
    failed = true;
    log.error({ err: error, file }, 'the recording cannot be written; the feed goes on without it');
  });

  return {
    write(event) {
      // Answers to our own requests are no market data.
      if (failed || event.ev === 'status') return;
      if (stream.writableLength > MAX_PENDING_BYTES) {
        if (lost === 0) log.warn({ file }, 'the disk is too slow for the recording: events are dropped');
        lost += 1;
        return;
      }
      stream.write(`${JSON.stringify(event)}\n`);
    },
    close: () =>
      new Promise((resolve) => {
        if (lost > 0) log.warn({ file, lost }, 'the recording is not complete');
        if (failed) resolve();
        else stream.end(resolve);
      }),
  };
}
