import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const repoRoot = path.resolve(import.meta.dirname, '..');

export interface SourceFile {
  /** Relative to the checkout, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** Every TypeScript file below these folders, generated ones apart. */
export const sourceFiles = (...folders: string[]): SourceFile[] =>
  folders
    .flatMap((folder) => globSync(`${folder}/**/*.{ts,tsx}`, { cwd: repoRoot }))
    .filter((file) => !/(^|\/)(node_modules|dist)\//.test(file))
    .sort()
    .map((file) => ({ path: file, text: readFileSync(path.join(repoRoot, file), 'utf8') }));

export const readRepoFile = (file: string): string => readFileSync(path.join(repoRoot, file), 'utf8');

/** The text with its comments blanked, strings kept: what is said about code is no code. */
export const withoutComments = (text: string): string =>
  text.replace(
    /('(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`)|\/\/[^\n]*|\/\*[\s\S]*?\*\//g,
    (_match, string: string | undefined) => string ?? ' ',
  );

/** Module names a file imports, re-exports or loads, types included. */
export const importsOf = (text: string): string[] =>
  [
    ...withoutComments(text).matchAll(
      /(?:^|[;\n}])\s*(?:import|export)\b[^;'"`]*?\bfrom\s*['"]([^'"]+)['"]|(?:^|[;\n}])\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/g,
    ),
  ].map((match) => (match[1] ?? match[2] ?? match[3])!);
