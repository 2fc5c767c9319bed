/** The types of every part: the server and its tools, the browser's code, and the tests that drive the browser's code. */
import { runNode } from './jest.mjs';

export const TYPE_PROJECTS = ['tsconfig.json', 'dashboard/tsconfig.json', 'tests/dashboard/tsconfig.json'];

/** All of them, also after one has failed. Answers whether every one passed. */
export const checkTypes = () =>
  TYPE_PROJECTS.map((project) =>
    runNode(['node_modules/typescript/bin/tsc', '--noEmit', '-p', project]),
  ).every(Boolean);

if (import.meta.main ?? process.argv[1] === import.meta.filename) process.exitCode = checkTypes() ? 0 : 1;
