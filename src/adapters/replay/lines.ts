import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { createGunzip } from 'node:zlib';
import { MAX_FRAME_CHARS } from '../massive/frames.ts';

/** Large enough that splitting costs little, small enough to serve sockets between two chunks. */
const CHUNK_BYTES = 256 * 1024;
const GZIP_MAGIC = [0x1f, 0x8b];

async function isGzip(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === GZIP_MAGIC[0] && buffer[1] === GZIP_MAGIC[1];
  } finally {
    await handle.close();
  }
}

async function openStream(file: string): Promise<Readable> {
  // First of all: a stream that fails before it has a listener ends the process.
  const zipped = await isGzip(file);
  const bytes = createReadStream(file, { highWaterMark: CHUNK_BYTES });
  // The errors of either half reach the reader of the lines.
  return zipped ? pipeline(bytes, createGunzip({ chunkSize: CHUNK_BYTES }), () => {}) : bytes;
}

/**
 * The lines of a text file, gzip or not, a batch for each chunk read. Of a line longer than any frame, only the
 * beginning is delivered. Throws the errors of the file system and of zlib.
 */
export async function* readLines(file: string): AsyncGenerator<string[]> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of await openStream(file)) {
    const lines = (rest + decoder.write(chunk as Buffer)).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_FRAME_CHARS) rest = rest.slice(0, MAX_FRAME_CHARS + 1);
    yield lines;
  }
  rest += decoder.end();
  if (rest !== '') yield [rest];
}

/** The events of a line; none where it is damaged. */
export function eventsOf(line: string): readonly unknown[] {
  try {
    const frame: unknown = JSON.parse(line);
    return Array.isArray(frame) ? frame : [frame];
  } catch {
    return [];
  }
}

/** What went wrong with the file, as a sentence for the operator. */
export function describeFileError(file: string, error: unknown): string {
  const { code = '', message = String(error) } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return `The recording ${file} does not exist: check REPLAY_FILE.`;
  if (code === 'EACCES') return `The recording ${file} may not be read by this process.`;
  if (code === 'EISDIR') return `The recording ${file} is a folder: REPLAY_FILE names one file.`;
  if (code.startsWith('Z_')) return `The recording ${file} is damaged: ${message}.`;
  return `The recording ${file} cannot be read: ${message}.`;
}
