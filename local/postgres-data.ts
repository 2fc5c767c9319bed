import { execFileSync } from 'node:child_process';
import {
  chownSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import path from 'node:path';
import { lentUser, postgresProgram } from './postgres-programs.ts';

/** Makes the files of a database cluster where there are none. Half-made files never pass for whole ones. */
export function createData(home: string, kept: boolean): string {
  const user = lentUser();
  const data = path.join(home, 'data');
  if (user) chownSync(home, user.uid, user.gid);
  if (existsSync(data)) return data;
  const unfinished = path.join(home, 'unfinished');
  rmSync(unfinished, { recursive: true, force: true });
  const options = [
    '-U',
    'postgres',
    '-A',
    'trust',
    '-E',
    'UTF8',
    '--no-locale',
    ...(kept ? [] : ['--no-sync']),
  ];
  execFileSync(postgresProgram('initdb'), ['-D', unfinished, ...options], {
    ...user,
    cwd: '/',
    stdio: 'pipe',
  });
  renameSync(unfinished, data);
  return data;
}

/**
 * The folder, made where it is missing. A lent user cannot enter what lies below a folder closed to others
 * (a checkout in /root): then the folder is a link to one in /var/tmp.
 */
export function reachableFolder(wanted: string): string {
  if (existsSync(wanted)) return realpathSync(wanted);
  // A link whose target is gone.
  rmSync(wanted, { force: true });
  mkdirSync(path.dirname(wanted), { recursive: true });
  if (lentUser() && !othersMayEnter(path.dirname(wanted))) {
    symlinkSync(mkdtempSync('/var/tmp/tradecast-postgres-'), wanted);
  } else {
    mkdirSync(wanted, { mode: 0o700 });
  }
  return realpathSync(wanted);
}

const othersMayEnter = (folder: string): boolean =>
  (statSync(folder).mode & constants.S_IXOTH) !== 0 &&
  (path.dirname(folder) === folder || othersMayEnter(path.dirname(folder)));
