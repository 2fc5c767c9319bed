/**
 * `npm test`: lint, types and every test. `npm test -- <jest arguments>` runs only what they name, with `--watch`
 * again at each change. The exit code is 0 only where everything that ran passed.
 */
import { runJest, runNode } from './jest.mjs';
import { checkTypes } from './typecheck.mjs';

const args = process.argv.slice(2);

const CHECKS = {
  lint: () => runNode(['node_modules/@biomejs/biome/bin/biome', 'check', '.']),
  types: checkTypes,
  tests: () => runJest(args),
};

// All of them run, also after one has failed.
const passed = Object.entries(CHECKS)
  .filter(([title]) => args.length === 0 || title === 'tests')
  .map(([title, check]) => {
    console.log(`\n# ${title}`);
    return check();
  });
process.exit(passed.every(Boolean) ? 0 : 1);
