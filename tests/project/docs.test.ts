import { existsSync, globSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readRepoFile, repoRoot } from '../../rig/source-files.ts';

describe('the pages', () => {
  const pages = [
    'README.md',
    'CONTRIBUTING.md',
    'CHANGELOG.md',
    ...globSync(['docs/*.md', 'reports/*.md'], { cwd: repoRoot }),
  ];

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

  test.each(pages)('%s has tables whose rows have the cells of their head', (page) => {
    const tables = readRepoFile(page)
      .replace(/^```[\s\S]*?^```$/gm, '')
      .matchAll(/^(?: *\|.*\n?)+/gm);
    const cells = (row: string): number => row.replaceAll('\\|', '').split('|').length;
    const uneven = [...tables].flatMap(([table]) => {
      const [head = '', ...rows] = table.trim().split('\n');
      return rows.filter((row) => cells(row.trim()) !== cells(head));
    });
    expect(uneven).toEqual([]);
  });

  // As GitHub makes them: small letters, hyphens for spaces, no other punctuation.
  const anchorsOf = (page: string): string[] =>
    [
      ...readRepoFile(page)
        .replace(/^```[\s\S]*?^```$/gm, '')
        .matchAll(/^#+ (.+)$/gm),
    ].map(([, heading]) =>
      heading!
        .toLowerCase()
        .replace(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    );

  test.each(pages)('%s links to sections that exist', (page) => {
    const links = [...readRepoFile(page).matchAll(/\]\((?!https?:)([^)#\s]*\.md)?#([^)\s]+)\)/g)];
    const missing = links.filter(([, file, anchor]) => {
      const target = file === undefined ? page : path.join(path.dirname(page), file);
      return !anchorsOf(target).includes(anchor!);
    });
    expect(missing.map(([link]) => link)).toEqual([]);
  });

  test.each(pages)('%s names npm scripts that exist', (page) => {
    const { scripts } = JSON.parse(readRepoFile('package.json')) as { scripts: Record<string, string> };
    // Commands stand in code: after a back-tick, at the start of a line of a block, or after variables.
    const named = [...readRepoFile(page).matchAll(/(?:`|^|=\S+ )npm (?:run )?([a-z:]+)(?=[ `\n])/gm)].map(
      (match) => match[1]!,
    );
    // `install` is npm's own command.
    expect(named.filter((name) => !(name in scripts) && name !== 'install')).toEqual([]);
  });

  test('the page of changes says nothing twice, as a merge may leave it', () => {
    const lines = readRepoFile('CHANGELOG.md').split('\n');
    const entries = lines.filter((line) => line.startsWith('- '));
    expect(entries.filter((line, at) => entries.indexOf(line) !== at)).toEqual([]);
  });

  test('a person has at most ten scripts to know', () => {
    const { scripts } = JSON.parse(readRepoFile('package.json')) as { scripts: Record<string, string> };
    const own = Object.keys(scripts).filter((name) => !(name.startsWith('pre') && name.slice(3) in scripts));
    expect(own.length).toBeLessThanOrEqual(10);
  });
});
