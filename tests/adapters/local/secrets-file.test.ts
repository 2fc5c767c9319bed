import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { loadOrCreateSecrets } from '../../../src/adapters/local/secrets-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'tradecast-secrets-'));
});
afterEach(() => rm(folder, { recursive: true }));
const file = (): string => path.join(folder, 'secrets.json');

test('secrets are made once, differ from each other, and are readable by their owner alone', async () => {
  const made = await loadOrCreateSecrets(folder);
  expect(new Set(Object.values(made)).size).toBe(5);
  expect(await loadOrCreateSecrets(folder)).toEqual(made);
  expect((await stat(file())).mode & 0o777).toBe(0o600);
  expect(await readdir(folder)).toEqual(['secrets.json']);
});

test('replicas that start at once on one folder agree', async () => {
  const made = await Promise.all(Array.from({ length: 5 }, () => loadOrCreateSecrets(folder)));
  expect(new Set(made.map((one) => JSON.stringify(one))).size).toBe(1);
});

test('a file of an earlier release keeps its secrets and gets those it lacks, the same for every replica', async () => {
  const earlier = {
    sessionSecret: 's'.repeat(32),
    hookSecret: 'h'.repeat(32),
    demoPassword: 'demo-password',
  };
  await writeFile(file(), JSON.stringify(earlier));
  const [one, other] = await Promise.all([loadOrCreateSecrets(folder), loadOrCreateSecrets(folder)]);
  const made = expect.stringMatching(/^[0-9a-f]{64}$/);
  expect(one).toEqual({ ...earlier, operatorSecret: made, signalSecret: made });
  expect(one.signalSecret).not.toBe(one.operatorSecret);
  expect(other).toEqual(one);
  expect(JSON.parse(await readFile(file(), 'utf8'))).toEqual(one);
});
