import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readRepoFile, repoRoot } from '../../rig/source-files.ts';
import { section, tableRows, unquoted } from '../support/markdown.ts';

const page = readRepoFile('docs/seeds.md');
/** How many names each document gives. */
const DOCUMENTS = { '000': 66, '001': 114, '002': 53, '003': 102, '004': 49 } as const;
const ENDS = ['works', 'answered otherwise', 'partly', 'missing'];

const headings = [...page.matchAll(/^## (\d{3}: .*)$/gm)].map(([, heading]) => heading!);
const rowsOf = (heading: string) => tableRows(section(page, heading));
const rows = headings.flatMap((heading) =>
  rowsOf(heading).map(([number, name, ends, how]) => ({
    row: `${heading.slice(0, 3)}/${number}`,
    name,
    ends,
    how,
  })),
);
const tests = new Map(
  rowsOf('Tests').map(([word, file, title]) => [word!, { file: unquoted(file!), title: title! }]),
);

describe('the page of what was asked for', () => {
  test('has every row of every document once', () => {
    const all = Object.entries(DOCUMENTS).flatMap(([document, count]) =>
      Array.from({ length: count }, (_, index) => `${document}/${index + 1}`),
    );
    expect(rows.map(({ row }) => row)).toEqual(all);
  });

  test('says of each row how it ends, and why where it does not work', () => {
    const odd = rows.filter(({ ends, how }) => !ENDS.includes(ends!) || (ends !== 'missing' && how === ''));
    expect(odd).toEqual([]);
  });

  test('calls no row with a contract that has expired one that works', () => {
    const today = new Date().toISOString().slice(2, 10).replaceAll('-', '');
    const past = rows.filter(({ name }) => {
      const [, expiry] = /O:[A-Z]+(\d{6})[CP]\d{8}/.exec(name ?? '') ?? [];
      return expiry !== undefined && expiry < today;
    });
    expect(past.map(({ row }) => row)).toEqual(['003/35', '003/37', '003/52']);
    expect(past.filter(({ ends }) => ends === 'works')).toEqual([]);
  });

  test('names a test of the list for each row that works, and lists no other', () => {
    const named = rows.filter(({ ends }) => ends === 'works').flatMap(({ how }) => how!.split(', '));
    expect([...new Set(named)].sort()).toEqual([...tests.keys()].sort());
  });

  test.each([...tests])('%s is a test that exists', (_word, { file, title }) => {
    expect(existsSync(path.join(repoRoot, file))).toBe(true);
    const quoted = ["'", '"', '`'].map((quote) => `${quote}${title}${quote}`);
    const text = readRepoFile(file);
    expect(quoted.filter((one) => text.includes(one))).toHaveLength(1);
  });
});
