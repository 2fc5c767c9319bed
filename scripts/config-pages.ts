/**
 * `.env.example` and the tables of docs/configuration.md, from the table in src/config/variables.ts:
 * `node scripts/config-pages.ts` writes both.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { SECTIONS, VARIABLES, type Variable } from '../src/config/variables.ts';

const root = path.resolve(import.meta.dirname, '..');
const entries: readonly (readonly [string, Variable<unknown>])[] = Object.entries(VARIABLES);
const plain = (markdown: string): string => markdown.replaceAll('`', '');
const code = (text: string): string => (text === '' ? '' : `\`${text}\``);

const defaultOf = ({ default: value, exception }: Variable<unknown>): string =>
  [code(value), exception && `${code(exception.default)} ${exception.when}`].filter(Boolean).join('; ');

function meaningOf({ meaning, secret, required }: Variable<unknown>): string {
  const notes = [secret && 'secret', required && 'required in production'].filter(Boolean);
  return notes.length === 0 ? meaning : `${meaning} (${notes.join(', ')})`;
}

const inSections = (render: (section: string, rows: typeof entries) => string): string =>
  SECTIONS.map((section) =>
    render(
      section,
      entries.filter(([, variable]) => variable.section === section),
    ),
  ).join('\n');

const envExample = (): string =>
  `# Every variable of the service. The value is the default; an empty one means not set.
# docs/configuration.md has the same list.\n\n${inSections(
    (section, rows) =>
      `## ${section}\n${rows
        .map(([name, variable]) => {
          const { exception } = variable;
          const other = exception ? `; default ${plain(exception.when)}: ${exception.default}` : '';
          return `# ${plain(meaningOf(variable))}${other}\n# ${name}=${variable.default}\n`;
        })
        .join('')}`,
  )}`;

const tables = (): string =>
  inSections(
    (section, rows) =>
      `## ${section}\n\n| Variable | Default | Meaning |\n|---|---|---|\n${rows
        .map(([name, variable]) => `| \`${name}\` | ${defaultOf(variable)} | ${meaningOf(variable)} |\n`)
        .join('')}`,
  );

/** The pages as they have to be: the introduction of the documents' page is its own. */
export function configPages(): Readonly<Record<string, string>> {
  const page = 'docs/configuration.md';
  const text = readFileSync(path.join(root, page), 'utf8');
  const introduction = text.slice(0, text.indexOf('\n## ') + 1);
  return { '.env.example': envExample(), [page]: introduction + tables() };
}

if (process.argv[1] === import.meta.filename) {
  for (const [name, text] of Object.entries(configPages())) writeFileSync(path.join(root, name), text);
}
