const WIDTH = 118;

/** Paragraphs and lists, apart by an empty line, as lines of up to 118 characters. */
export const wrapped = (text: string): string =>
  text
    .trim()
    .split(/\n\s*\n/)
    .map((block) =>
      block
        .split(/\n(?=- )/)
        .map((part) => wrapParagraph(part, part.startsWith('- ') ? '  ' : ''))
        .join('\n'),
    )
    .join('\n\n');

/** A list with a sentence an entry, as lines of up to 118 characters. */
export const bulletList = (entries: readonly string[]): string =>
  entries.map((entry) => wrapParagraph(`- ${entry}`, '  ')).join('\n');

function wrapParagraph(text: string, indent: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = `${indent}${word}`;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].join('\n');
}

/** Rows of cells as a table; the first row is its head. */
export const markdownTable = ([head = [], ...rows]: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

/** The page with `text` between `<!-- name -->` and `<!-- /name -->`. Throws where it has no such place. */
export function withSection(page: string, name: string, text: string): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`The page has no place for ${begin}.`);
  return `${page.slice(0, from + begin.length)}\n\n${text.trim()}\n\n${page.slice(to)}`;
}
