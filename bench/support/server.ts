import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type Child, type Methods, startChild } from '../../rig/processes/child.ts';

interface Manifest {
  readonly scripts: { readonly start: string };
}

/** Node's flags as `npm start` gives them: the yardsticks run with the same ones. */
function startFlags(): string[] {
  const manifest = readFileSync(path.join(import.meta.dirname, '../../package.json'), 'utf8');
  const { scripts } = JSON.parse(manifest) as Manifest;
  return scripts.start.split(' ').filter((word) => word.startsWith('--'));
}

/** One of the servers under test; `--expose-gc` lets it settle its memory before that is read. */
export const startServer = <M extends Methods>(file: string, logFile?: string): Child<M> =>
  startChild<M>(file, { execArgv: [...startFlags(), '--expose-gc'], logFile });
