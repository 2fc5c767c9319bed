/**
 * How long functions are, and how many variables of theirs can change. `node rig/function-sizes.ts [lines]` lists
 * those above 80 lines or five variables.
 */
import { pathToFileURL } from 'node:url';
import { parseSync } from '@swc/core';
import { type SourceFile, sourceFiles } from './source-files.ts';

/** The trees whose functions are short; a test file's `describe` is no function to read from end to end. */
export const MEASURED = ['src', 'dashboard/src', 'rig', 'local', 'drill', 'bench'];
export const AIM_LINES = 80;
export const AIM_VARIABLES = 5;

export interface FunctionSize {
  /** `src/app/index.ts createApp`; a function without a name is named after its line. */
  readonly name: string;
  /** From the first to the last, both counted. */
  readonly lines: number;
  /** `let` of the function itself, not of those within it. */
  readonly variables: number;
}

interface Node {
  readonly type: string;
  readonly span: { readonly start: number; readonly end: number };
  readonly [field: string]: unknown;
}

const FUNCTIONS = new Set([
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
  'ClassMethod',
  'PrivateMethod',
  'Constructor',
  'MethodProperty',
  'GetterProperty',
  'SetterProperty',
]);

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value;

function childrenOf(node: Node): Node[] {
  return Object.values(node).flatMap((value): Node[] => {
    if (isNode(value)) return [value];
    if (!Array.isArray(value)) return typeof value === 'object' && value ? childrenOf(value as Node) : [];
    return value.flatMap((one) => (isNode(one) ? [one] : childrenOf((one ?? {}) as Node)));
  });
}

/** `createApp` of `const createApp = …`, of `createApp: …` and of `function createApp`. */
function nameOf(node: Node): string | undefined {
  const name = (node.identifier ?? node.id ?? node.key) as { readonly value?: unknown } | null | undefined;
  return typeof name?.value === 'string' ? name.value : undefined;
}

/** Variables that are declared with `let` outside of functions within, and outside of the head of a loop. */
function variablesOf(node: Node): number {
  if (node.type === 'VariableDeclaration' && node.kind === 'let')
    return (node.declarations as unknown[]).length;
  return childrenOf(node)
    .filter((child) => !FUNCTIONS.has(child.type) && child !== node.init && child !== node.left)
    .reduce((sum, child) => sum + variablesOf(child), 0);
}

/** Every function of a file, those within others too. */
export function functionSizes({ path, text }: SourceFile): FunctionSize[] {
  const bytes = Buffer.from(text);
  // Offsets are bytes from 1 on.
  const lineAt = (offset: number): number =>
    bytes
      .subarray(0, offset - 1)
      .toString()
      .split('\n').length;
  const found: FunctionSize[] = [];
  const visit = (node: Node, given: string | undefined): void => {
    if (FUNCTIONS.has(node.type)) {
      const first = lineAt(node.span.start);
      const name = nameOf(node) ?? given ?? `line ${first}`;
      const lines = lineAt(node.span.end) - first + 1;
      found.push({ name: `${path} ${name}`, lines, variables: variablesOf(node) });
    }
    for (const child of childrenOf(node)) visit(child, FUNCTIONS.has(node.type) ? undefined : nameOf(node));
  };
  visit(
    parseSync(text, { syntax: 'typescript', tsx: path.endsWith('x'), target: 'es2024' }) as never,
    undefined,
  );
  return found;
}

export const measureFunctions = (folders: readonly string[] = MEASURED): FunctionSize[] =>
  sourceFiles(...folders).flatMap(functionSizes);

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const most = Number(process.argv[2] ?? AIM_LINES);
  const above = measureFunctions()
    .filter(({ lines, variables }) => lines > most || variables > AIM_VARIABLES)
    .sort((a, b) => b.lines - a.lines);
  for (const { name, lines, variables } of above)
    console.log(`${String(lines).padStart(4)} lines ${String(variables).padStart(3)} variables  ${name}`);
}
