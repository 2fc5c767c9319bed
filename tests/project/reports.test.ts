import { describe, expect, test } from '@jest/globals';
import { bulletList, withSection, wrapped } from '../../rig/markdown.ts';
import { readRepoFile } from '../../rig/source-files.ts';

describe.each(['benchmarks', 'drills'])('the page of the %s', (name) => {
  test('has a place for the summary of a run, and a report behind it', () => {
    const page = withSection(readRepoFile(`docs/${name}.md`), 'summary', 'nothing');
    expect(page).toContain('<!-- summary -->\n\nnothing\n\n<!-- /summary -->');
    expect(page).toContain(`(../reports/${name}.md)`);
    expect(readRepoFile(`reports/${name}.md`)).toContain(`(../docs/${name}.md)`);
  });

  test('has no line above 118 characters outside a table, and neither has the report', () => {
    const lines = [`docs/${name}.md`, `reports/${name}.md`].flatMap((file) => readRepoFile(file).split('\n'));
    expect(lines.filter((line) => line.length > 118 && !line.startsWith('| '))).toEqual([]);
  });
});

test('prose of a report is wrapped, each paragraph and each entry of a list by itself', () => {
  const word = 'x'.repeat(50);
  expect(wrapped(`${word} ${word}\n${word}\n\n next `)).toBe(`${word} ${word}\n${word}\n\nnext`);
  expect(wrapped(`one\ntwo\n\n- ${word} ${word}\n  ${word}\n- b\n`)).toBe(
    `one two\n\n- ${word} ${word}\n  ${word}\n- b`,
  );
  expect(bulletList([`${word} ${word} ${word}`, 'b'])).toBe(`- ${word} ${word}\n  ${word}\n- b`);
});

test('a page without a place for the summary is refused with a sentence', () => {
  expect(() => withSection('# Page', 'summary', 'text')).toThrow('no place for <!-- summary -->');
});
