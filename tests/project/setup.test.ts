import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readRepoFile, repoRoot } from '../../rig/source-files.ts';

/** A checkout with nothing but what the set-up itself needs. */
let checkout: string;

beforeEach(() => {
  checkout = mkdtempSync(path.join(os.tmpdir(), 'tradecast-checkout-'));
  cpSync(path.join(repoRoot, 'scripts'), path.join(checkout, 'scripts'), { recursive: true });
  for (const file of ['package.json', 'package-lock.json', '.npmrc']) {
    writeFileSync(path.join(checkout, file), readRepoFile(file));
  }
});
afterEach(() => rmSync(checkout, { recursive: true, force: true }));

interface Ended {
  readonly code: number;
  readonly output: string;
}

function run(args: string[], env: Record<string, string> = {}): Promise<Ended> {
  const { NODE_OPTIONS: _ofJest, npm_execpath: _cli, npm_node_execpath: _node, ...inherited } = process.env;
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      args,
      { cwd: checkout, env: { ...inherited, ...env } },
      (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code ?? 1) : 0, output: stdout + stderr }),
    );
  });
}

const module = (name: string): string => path.join(checkout, 'scripts/setup', name);
const evaluate = (code: string, env?: Record<string, string>): Promise<Ended> =>
  run(['--input-type=module', '-e', code], env);

describe('the set-up', () => {
  test('says in one sentence that the registry cannot be reached', async () => {
    const { code, output } = await run(['scripts/setup.mjs', 'start'], {
      npm_config_registry: 'http://127.0.0.1:9/',
      npm_config_cache: path.join(checkout, 'empty-cache'),
      npm_config_fetch_retries: '0',
    });
    expect(code).toBe(1);
    expect(output).toMatch(/npm could not install the packages: .*ECONNREFUSED/);
    expect(output).not.toMatch(/^\s+at /m);
    expect(output.trim().split('\n')).toHaveLength(2);
  });

  test('refuses a goal it does not know', async () => {
    expect(await run(['scripts/setup.mjs', 'fly'])).toEqual({
      code: 1,
      output: 'There is no set-up for "fly": use start, dev, test, cluster, servers.\n',
    });
  });

  test('names the packages to install where it may not install them', async () => {
    const { output } = await evaluate(
      `const { installTools } = await import('${module('tools.mjs')}');
       await installTools(['redis', 'chromium']).catch((error) => console.log(error.message));`,
      { PATH: '/nonexistent' },
    );
    expect(output).toBe(
      'Redis, Chromium must be installed (Debian and Ubuntu: apt-get install redis-server chromium); then start again.\n',
    );
  });

  test('installs what is missing and nothing else, and believes it only where it is there afterwards', async () => {
    const programs = path.join(checkout, 'programs');
    const asked = path.join(checkout, 'asked');
    mkdirSync(programs);
    const program = (name: string, text: string): void =>
      writeFileSync(path.join(programs, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    // Becoming root is running this: it gets the script and, after it, the packages.
    const asRoot = `[ "$*" = "-n true" ] && exit 0
      while [ "$1" != sh ]; do shift; done; shift 4; echo "$@" >> ${asked}
      [ -e ${asked}.broken ] || { echo '#!/bin/sh' > ${programs}/redis-server; /bin/chmod 755 ${programs}/redis-server; }`;
    for (const name of ['env', 'sudo']) program(name, asRoot);
    for (const name of ['apt-get', 'chromium']) program(name, '');
    const install = () =>
      evaluate(
        `const { installTools, missingTools } = await import('${module('tools.mjs')}');
         await installTools(['redis', 'chromium']).catch((error) => console.log(error.message));
         console.log(missingTools(['redis', 'chromium']).join());`,
        { PATH: programs },
      );

    writeFileSync(`${asked}.broken`, '');
    expect((await install()).output).toMatch(/^Redis must be installed .*\nredis\n$/);
    rmSync(`${asked}.broken`);
    expect((await install()).output).toBe('\n');
    expect(readFileSync(asked, 'utf8')).toBe('redis-server\nredis-server\n');
  });

  test.each([
    ['nothing is installed', null, false],
    ['an install was interrupted', {}, false],
    ['another version is installed', { a: '1.0.0' }, false],
    ['everything is installed', { a: '2.0.0' }, true],
  ])('knows what to do when %s', async (_title, installed, expected) => {
    const entry = (version: string) => ({ version });
    writeFileSync(
      path.join(checkout, 'package-lock.json'),
      JSON.stringify({
        packages: {
          '': {},
          'node_modules/a': entry('2.0.0'),
          'node_modules/other-platform': { ...entry('1.0.0'), optional: true },
        },
      }),
    );
    if (installed) {
      const packages = Object.fromEntries(
        Object.entries(installed).map(([name, version]) => [
          `node_modules/${name}`,
          entry(version as string),
        ]),
      );
      mkdirSync(path.join(checkout, 'node_modules'));
      if (Object.keys(installed).length > 0)
        writeFileSync(path.join(checkout, 'node_modules/.package-lock.json'), JSON.stringify({ packages }));
    }
    const { output } = await evaluate(
      `const { packagesAreInstalled } = await import('${module('packages.mjs')}'); console.log(packagesAreInstalled());`,
    );
    expect(output.trim()).toBe(String(expected));
  });

  test('in two terminals takes turns, and a lock left by a dead process holds nobody up', async () => {
    const log = path.join(checkout, 'log');
    const work = `
      import { appendFileSync } from 'node:fs';
      import { setTimeout } from 'node:timers/promises';
      const { withSetupLock } = await import('${module('setup-lock.mjs')}');
      await withSetupLock(async () => {
        appendFileSync('${log}', 'in ');
        await setTimeout(100);
        appendFileSync('${log}', 'out ');
        if (process.env.DIE) process.kill(process.pid, 'SIGKILL');
      });`;
    await evaluate(work, { DIE: '1' });
    const ended = await Promise.all([evaluate(work), evaluate(work), evaluate(work)]);
    expect(ended.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(readFileSync(log, 'utf8')).toBe('in out '.repeat(4));
  });
});

describe('npm test', () => {
  test('fails where no test fits what was asked for', async () => {
    const { code } = await run([path.join(repoRoot, 'scripts/test.mjs'), 'no-such-test-anywhere']);
    expect(code).toBe(1);
  });

  test('removes what a run that was killed has left, and nothing of one that lives', async () => {
    const home = path.join(checkout, 'runs');
    const open = `
      const { openRunFolder } = await import('${path.join(checkout, 'scripts/run-folder.mjs')}');
      const { writeFileSync } = await import('node:fs');
      const folder = openRunFolder('${home}');
      writeFileSync(folder + '/data', '');
      console.log(folder);
      process.kill(process.pid, 'SIGKILL');`;
    const killed = (await evaluate(open)).output.trim();
    const living = path.join(home, String(process.pid));
    for (const other of [living, path.join(home, 'template')]) mkdirSync(other, { recursive: true });
    const last = (await evaluate(open)).output.trim();
    expect(path.dirname(killed)).toBe(home);
    expect(readdirSync(home).sort()).toEqual([path.basename(last), path.basename(living), 'template'].sort());
  });

  test('counts a test file that does not load as failed', async () => {
    const { default: TestSummary } = (await import(
      createRequire(import.meta.url).resolve('../../scripts/test-summary.mjs')
    )) as { default: new () => { onRunComplete(contexts: null, results: object): void } };
    const lines: string[] = [];
    const log = console.log;
    console.log = (line: string) => void lines.push(line);
    try {
      const results = {
        numPassedTests: 3,
        numFailedTests: 1,
        numRuntimeErrorTestSuites: 2,
        numPendingTests: 0,
      };
      new TestSummary().onRunComplete(null, results);
    } finally {
      console.log = log;
    }
    expect(lines).toEqual(['3 passed, 3 failed']);
  });
});
