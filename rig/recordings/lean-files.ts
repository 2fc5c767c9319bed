/** Reads Lean's data files below a folder `root` that is laid out like Lean's `Data/`. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { unzipSync } from 'fflate';

const equity = (root: string, ...parts: string[]): string =>
  path.join(root, 'lean', 'equity', 'usa', ...parts);

/** The one member of a zip, without the white space around it. */
export function readLeanText(root: string, ...parts: string[]): string {
  const [bytes] = Object.values(unzipSync(readFileSync(equity(root, ...parts))));
  return Buffer.from(bytes as Uint8Array)
    .toString('latin1')
    .trim();
}

export const readLeanLines = (root: string, ...parts: string[]): string[] =>
  readLeanText(root, ...parts).split('\n');

/** The same lines one by one: a tick day has hundreds of thousands, and a copy of all of them costs memory. */
export function* eachLeanLine(root: string, ...parts: string[]): Generator<string> {
  const text = readLeanText(root, ...parts);
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf('\n', start);
    yield text.slice(start, end < 0 ? text.length : end);
    start = end < 0 ? text.length : end + 1;
  }
}

/** The contracts of an option file, a member each: its name and its lines. */
export function* readLeanMembers(
  root: string,
  underlying: string,
  file: string,
): Generator<readonly [member: string, lines: readonly string[]]> {
  const zip = readFileSync(path.join(root, 'lean', 'option', 'usa', 'minute', underlying, file));
  for (const [member, bytes] of Object.entries(unzipSync(zip)))
    yield [member, Buffer.from(bytes).toString('latin1').trim().split('\n')];
}

/** Lean writes prices as integers of a hundredth of a cent. */
export const toDollars = (price: number | string | undefined): number => Number(price) / 10_000;

/** `20131008` → `2013-10-08`. */
export const isoDay = (day: string): string => `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6, 8)}`;

/** Splits of a symbol after the close of `day` (yyyymmdd), as the factor on that day's prices. 1 where none is recorded. */
function splitFactor(root: string, symbol: string, day: string): number {
  const file = equity(root, 'factor_files', `${symbol.toLowerCase()}.csv`);
  if (!existsSync(file)) return 1;
  // Each row holds up to and including its date.
  const row = readFileSync(file, 'latin1')
    .split('\n')
    .find((line) => line.slice(0, 8) >= day);
  return Number(row?.split(',')[2] ?? 1);
}

/** The close before `day` (yyyymmdd), in dollars per share of that day: a split in between is applied. */
export function previousClose(root: string, symbol: string, day: string): number {
  const rows = readLeanLines(root, 'daily', `${symbol.toLowerCase()}.zip`);
  const before = rows[rows.findIndex((row) => row.startsWith(day)) - 1] ?? '';
  const [date = '', , , , close] = before.split(',');
  const split = splitFactor(root, symbol, date.slice(0, 8)) / splitFactor(root, symbol, day);
  return Math.round(Number(close) * split) / 10_000;
}
