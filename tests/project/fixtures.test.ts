import { createHash } from 'node:crypto';
import { globSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { FIXTURES } from '../../rig/recordings/places.ts';
import { readRepoFile, sourceFiles } from '../../rig/source-files.ts';

/** What a clone carries along for its tests. */
const MOST_BYTES = 4_000_000;
const FREE = /^(Apache-2\.0|MIT|CC0-1\.0|ODC-PDDL-1\.0)$/;
const OURS = ['README.md', 'MANIFEST.csv', 'LICENSE-Lean'];

const [header = '', ...rows] = readRepoFile('tests/fixtures/MANIFEST.csv').trim().split('\n');
const manifest = rows.map((row) => {
  const cells = row.split(',');
  return Object.fromEntries(header.split(',').map((name, index) => [name, cells[index] ?? '']));
});

describe('the fixtures', () => {
  test('are those of their manifest and no others', () => {
    const files = globSync('**/*', { cwd: FIXTURES }).filter((file) =>
      statSync(path.join(FIXTURES, file)).isFile(),
    );
    expect(files.filter((file) => !OURS.includes(file)).sort()).toEqual(
      manifest.map((row) => row.path).sort(),
    );
  });

  test('are unchanged since they were copied', () => {
    for (const { path: file = '', sha256 } of manifest) {
      const bytes = readFileSync(path.join(FIXTURES, file));
      expect({ file, sha256: createHash('sha256').update(bytes).digest('hex') }).toEqual({ file, sha256 });
    }
  });

  test('are free to pass on and name where they come from', () => {
    for (const { path: file, licence, source_repo, source_commit } of manifest) {
      expect({ file, licence }).toEqual({ file, licence: expect.stringMatching(FREE) });
      expect(`${source_repo} ${source_commit}`).toMatch(/^\S+\/\S+ [0-9a-f]{40}$/);
    }
  });

  test('are small', () => {
    expect(manifest.reduce((sum, { bytes }) => sum + Number(bytes), 0)).toBeLessThan(MOST_BYTES);
  });
});

test('only the suite of the long recordings reads what lies outside the repository', () => {
  const readers = sourceFiles('tests', 'rig', 'drill', 'local', 'src')
    .filter(({ text }) => /\b(requireL|l)ongRecordings\(/.test(text))
    .map((file) => file.path)
    .filter((file) => !file.startsWith('rig/recordings/') && !file.startsWith('tests/recordings/'));
  expect(readers).toEqual([]);
});
