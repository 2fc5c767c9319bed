/**
 * Preloaded (`node --import`) into a process and its threads: while the file DISK_FULL exists, nothing can be written
 * below the folder that it names, as on a disk without space.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const { DISK_FULL } = process.env;
const { openSync, writeSync, statfsSync } = fs;
const paths = new Map<number, string>();

const fullFolder = (): string | null =>
  fs.existsSync(DISK_FULL!) ? fs.readFileSync(DISK_FULL!, 'utf8') : null;
const isFull = (file: string | undefined): boolean => {
  const folder = fullFolder();
  return folder !== null && (file?.includes(folder) ?? false);
};

fs.openSync = (file, ...how) => {
  const descriptor = openSync(file, ...how);
  paths.set(descriptor, String(file));
  return descriptor;
};
fs.writeSync = ((descriptor: number, ...what: unknown[]) => {
  if (isFull(paths.get(descriptor)))
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', errno: -28 });
  return (writeSync as (...args: unknown[]) => number)(descriptor, ...what);
}) as typeof writeSync;
fs.statfsSync = ((folder: string) => {
  const stats = statfsSync(folder);
  return fullFolder() === null ? stats : { ...stats, bavail: 0 };
}) as typeof statfsSync;
syncBuiltinESMExports();
