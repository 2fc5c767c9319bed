import { existsSync } from 'node:fs';
import path from 'node:path';
import { repoRoot } from '../source-files.ts';

/** The small recordings in the repository: one day of IBM, a split, the calendar, an option chain. */
export const FIXTURES = path.join(repoRoot, 'tests/fixtures');

/**
 * The folder of the long recordings, which the repository does not carry: TRADECAST_RECORDINGS, or shared/data
 * beside the checkout. Null where it is absent.
 */
export function longRecordings(): string | null {
  const folder = process.env.TRADECAST_RECORDINGS || path.join(repoRoot, '../shared/data');
  return existsSync(path.join(folder, 'lean')) ? folder : null;
}

/** The same where they must be there. Throws a sentence where they are absent. */
export function requireLongRecordings(): string {
  const folder = longRecordings();
  if (folder === null)
    throw new Error('The long recordings are absent: set TRADECAST_RECORDINGS to their folder.');
  return folder;
}
