import { existsSync, globSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readRepoFile, repoRoot } from '../../rig/source-files.ts';

describe('the pages', () => {
  const pages = ['README.md', ...globSync('docs/*.md', { cwd: repoRoot })];

  test.each(pages)('%s names files that exist', (page) => {
    const text = readRepoFile(page);
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)].map((match) =>
      path.join(path.dirname(page), match[1]!),
    );
    // In code: what begins with a folder of the checkout, patterns and examples apart.
    const named = [
      ...text.matchAll(/`((?:src|dashboard|tests|docs|scripts|bench|\.ci)\/[^`\s*<>{}…]*)`/g),
    ].map((match) => match[1]!);
    const generated = /^(dashboard\/dist)/;
    const missing = [...links, ...named].filter(
      (file) => !generated.test(file) && !existsSync(path.join(repoRoot, file)),
    );
    expect(missing).toEqual([]);
  });

  test.each(pages)('%s tells npm scripts that exist', (page) => {
    const { scripts } = JSON.parse(readRepoFile('package.json')) as { scripts: Record<string, string> };
    // Commands stand in code: after a back-tick, at the start of a line of a block, or after variables.
    const told = [...readRepoFile(page).matchAll(/(?:`|^|=\S+ )npm (?:run )?([a-z:]+)(?=[ `\n])/gm)].map(
      (match) => match[1]!,
    );
    expect(told.filter((name) => !(name in scripts))).toEqual([]);
  });

  test('a person has at most ten scripts to know', () => {
    const { scripts } = JSON.parse(readRepoFile('package.json')) as { scripts: Record<string, string> };
    const own = Object.keys(scripts).filter((name) => !(name.startsWith('pre') && name.slice(3) in scripts));
    expect(own.length).toBeLessThanOrEqual(10);
  });
});
