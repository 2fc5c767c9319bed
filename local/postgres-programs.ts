import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

const DEBIAN = '/usr/lib/postgresql';

/** Path of a program of the Postgres server: Debian's newest version, else what is on the path. */
export function postgresProgram(name: string): string {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  const version = versions.find((entry) => existsSync(path.join(DEBIAN, entry, 'bin', name)));
  return version ? path.join(DEBIAN, version, 'bin', name) : name;
}

/** Postgres refuses to run as root, so root lends it another user; null where nobody is root. */
export function lentUser(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const id = (flag: string, user: string): number =>
    Number(execFileSync('id', [flag, user], { stdio: 'pipe' }));
  for (const user of ['postgres', 'nobody']) {
    try {
      return { uid: id('-u', user), gid: id('-g', user) };
    } catch {
      // This machine has no such user; the next one may exist.
    }
  }
  throw new Error('There is no user "postgres" or "nobody" to run Postgres as.');
}
