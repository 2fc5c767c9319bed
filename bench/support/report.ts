import { cpus } from 'node:os';
import { bulletList, markdownTable, wrapped } from '../../rig/markdown.ts';
import { textTable } from '../../rig/text-table.ts';
import type { BenchCase, CaseResult, Row } from './case.ts';

export interface Finished {
  readonly benchCase: Pick<BenchCase, 'name' | 'title' | 'how'>;
  readonly result: CaseResult;
  /** Load average of the last minute, before the case. */
  readonly load: number;
}

const HEAD = ['', 'Case', 'Measured', 'Reference in the same run', 'Target'] as const;

const verdict = ({ reached }: Row): string =>
  reached === null ? 'for orientation' : reached ? 'reached' : 'missed';
const cells = (row: Row): string[] => [verdict(row), row.what, row.measured, row.yardstick, row.target];
const table = (finished: readonly Finished[]): (readonly string[])[] => [
  HEAD,
  ...finished.flatMap(({ result }) => result.rows.map(cells)),
];

/** The table for a terminal. */
export const toText = (finished: readonly Finished[]): string => textTable(table(finished));

const describeMachine = (): string =>
  `${cpus().length} cores, Node ${process.version}, ${process.platform} ${process.arch}`;

/** The summary in docs/benchmarks.md. */
export const toSummary = (finished: readonly Finished[], machine = describeMachine()): string =>
  `${wrapped(`${targetsOf(finished)} The last whole run, on ${machine}:`)}\n\n${markdownTable(table(finished))}`;

/** reports/benchmarks.md: what each case measures, and the figures behind the summary. */
export function toReport(
  finished: readonly Finished[],
  seconds: number,
  machine = describeMachine(),
): string {
  const about = `Written by \`npm run bench\`; do not edit by hand. [Benchmarks](../docs/benchmarks.md) has the summary.
    This run was on ${machine} and took ${Math.round(seconds / 60)} minutes. Servers, clients and the database share the
    machine over loopback.`;
  return `# Report of the benchmarks\n\n${wrapped(about)}\n\n${missedTargets(finished)}\n\n${finished.map(section).join('\n\n')}\n`;
}

function targetsOf(finished: readonly Finished[]): string {
  const targets = finished.flatMap(({ result }) => result.rows.filter(({ reached }) => reached !== null));
  return `Missed targets: ${targets.filter(({ reached }) => !reached).length} of ${targets.length}.`;
}

function missedTargets(finished: readonly Finished[]): string {
  const missed = finished.flatMap(({ result }) => result.rows.filter(({ reached }) => reached === false));
  if (missed.length === 0) return 'Every target was reached in this run.';
  const reasons = missed.map(({ what, ifMissed }) => `${what}: ${ifMissed ?? 'see the figures below.'}`);
  return `## Missed in this run\n\n${bulletList(reasons)}`;
}

const section = ({ benchCase, result, load }: Finished): string =>
  [
    `## ${benchCase.title}`,
    `\`npm run bench -- --only ${benchCase.name}\``,
    wrapped(benchCase.how),
    bulletList([...result.notes, `load average of the machine before this case: ${load.toFixed(1)}`]),
  ].join('\n\n');
