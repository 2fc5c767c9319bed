/**
 * `npm test`: lint, types and every test. `npm test -- <jest arguments>` runs only what they name, with
 * `--watch` again at each change. The exit code is 0 only where everything that ran passed.
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const args = process.argv.slice(2);

// jest loads ES modules through node:vm, whose API is still called experimental; other warnings stay.
const NODE_OPTIONS = [
  process.env.NODE_OPTIONS,
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
]
  .filter(Boolean)
  .join(' ');

function runs(title, command, options = {}) {
  console.log(`\n# ${title}`);
  const { status, error } = spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit', ...options });
  if (error) console.error(error.message);
  return status === 0;
}

const jest = () =>
  runs('tests', ['node_modules/jest/bin/jest.js', ...args], { env: { ...process.env, NODE_OPTIONS } });

const checks =
  args.length > 0
    ? [jest]
    : [
        () => runs('lint', ['node_modules/@biomejs/biome/bin/biome', 'check', '.']),
        () => runs('types', ['node_modules/typescript/bin/tsc', '--noEmit']),
        jest,
      ];
const passed = checks.map((check) => check());
process.exit(passed.every(Boolean) ? 0 : 1);
