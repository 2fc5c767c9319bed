import { closeSync, openSync, writeSync } from 'node:fs';

/** Characters written at a time. */
const PIECE_CHARS = 1_000_000;

/** Writes lines to a file in large pieces; answers with how many. */
export function writeLines(file: string, lines: Iterable<string>): number {
  const fd = openSync(file, 'w');
  let count = 0;
  try {
    let piece = '';
    for (const line of lines) {
      count += 1;
      piece += `${line}\n`;
      if (piece.length > PIECE_CHARS) {
        writeSync(fd, piece);
        piece = '';
      }
    }
    writeSync(fd, piece);
  } finally {
    closeSync(fd);
  }
  return count;
}
