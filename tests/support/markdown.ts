/** Cells of every table row of a Markdown text, header and rule lines apart; `\|` is a bar within a cell. */
export const tableRows = (markdown: string): string[][] =>
  markdown
    .split('\n')
    .map((line, index, lines) => ({ line, next: lines[index + 1] ?? '' }))
    .filter(({ line, next }) => line.startsWith('|') && !isRule(line) && !isRule(next))
    .map(({ line }) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('\\|', '|')),
    );

const isRule = (line: string): boolean => /^\|(\s*:?-+:?\s*\|)+$/.test(line);

/** The part of a page below the heading of this text, up to the next heading of the same rank or above. */
export function section(markdown: string, heading: string): string {
  const lines = markdown.split('\n');
  const start = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading);
  if (start === -1) throw new Error(`no heading "${heading}"`);
  const rank = lines[start]!.indexOf(' ');
  const length = lines.slice(start + 1).findIndex((line) => /^#+ /.test(line) && line.indexOf(' ') <= rank);
  return lines.slice(start + 1, length === -1 ? undefined : start + 1 + length).join('\n');
}

/** `\`text\`` → `text`; a cell without code is itself. */
export const unquoted = (cell: string): string => /^`([^`]*)`/.exec(cell)?.[1] ?? cell;
