import { accessSync, constants, statSync } from 'node:fs';
import type { FileCheck } from '../config/feed.ts';

/** Tests that a recording is a regular file that this process may read. Its content shows when the replay begins. */
export const checkRecording: FileCheck = (file) => {
  try {
    if (!statSync(file).isFile()) return 'is not a regular file.';
    accessSync(file, constants.R_OK);
    return null;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? 'does not exist.' : `cannot be read (${code}).`;
  }
};
