import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { importsOf, readRepoFile, repoRoot, sourceFiles, withoutComments } from '../../rig/source-files.ts';

const run = promisify(execFile);

test('every TypeScript file is checked by a tsconfig that `npm test` runs', async () => {
  const script = readRepoFile('scripts/typecheck.mjs');
  const projects = [...script.matchAll(/'([\w/]*tsconfig\.json)'/g)].map((match) => match[1]!);
  expect(projects).toHaveLength(3);
  const listed = await Promise.all(
    projects.map((project) =>
      run(process.execPath, ['node_modules/typescript/bin/tsc', '--listFilesOnly', '-p', project], {
        cwd: repoRoot,
        maxBuffer: 16 * 1024 * 1024,
        env: {},
      }),
    ),
  );
  const checked = new Set(
    listed.flatMap(({ stdout }) => stdout.split('\n').map((file) => path.relative(repoRoot, file.trim()))),
  );
  const all = sourceFiles('src', 'dashboard', 'tests', 'rig', 'drill', 'bench', 'local');
  expect(all.map((file) => file.path).filter((file) => !checked.has(file))).toEqual([]);
});

test('no schema reaches the browser: what the dashboard imports for its values imports no zod', () => {
  const isBrowser = (file: string): boolean => file.startsWith('dashboard/src/');
  const waiting = sourceFiles('dashboard/src').map((file) => file.path);
  const seen = new Set(waiting);
  const withZod: string[] = [];
  for (let file = waiting.pop(); file; file = waiting.pop()) {
    // `import type` leaves nothing behind; a list of `type` names leaves an import.
    const values = importsOf(withoutComments(readRepoFile(file)).replace(/\b(im|ex)port type\b[^;]*;/g, ''));
    if (values.includes('zod')) withZod.push(file);
    for (const name of values.filter((value) => /^\..*\.tsx?$/.test(value))) {
      const imported = path.join(path.dirname(file), name);
      if (!isBrowser(imported) && !seen.has(imported)) waiting.push(imported);
      seen.add(imported);
    }
  }
  expect([...seen].filter((file) => file.startsWith('src/protocol/')).length).toBeGreaterThan(2);
  expect([...seen].filter((file) => !existsSync(path.join(repoRoot, file)))).toEqual([]);
  expect(withZod).toEqual([]);
});
