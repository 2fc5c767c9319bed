/**
 * Preloaded (`node --import`) into a process and its threads: logs one byte to SYNC_LOG for each fdatasync
 * and lets it fail while the file SYNC_FAILS exists.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const { SYNC_LOG, SYNC_FAILS } = process.env;
const { fdatasyncSync } = fs;

fs.fdatasyncSync = (descriptor) => {
  if (fs.existsSync(SYNC_FAILS!))
    throw Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' });
  fdatasyncSync(descriptor);
  fs.appendFileSync(SYNC_LOG!, '.');
};
syncBuiltinESMExports();
