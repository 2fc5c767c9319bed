import { cpus } from 'node:os';
import { textTable } from '../../rig/text-table.ts';
import type { BenchCase, CaseResult, Row } from './case.ts';

export interface Finished {
  readonly benchCase: BenchCase;
  readonly result: CaseResult;
  /** Load average of the last minute, before the case. */
  readonly load: number;
}

const HEAD = ['', 'Case', 'Measured', 'Yardstick in the same run', 'To reach'] as const;

const verdict = ({ reached }: Row): string =>
  reached === null ? 'for orientation' : reached ? 'reached' : 'missed';
const cells = (row: Row): string[] => [verdict(row), row.what, row.measured, row.yardstick, row.target];

/** The table for a terminal. */
export function toText(finished: readonly Finished[]): string {
  return textTable([HEAD, ...finished.flatMap(({ result }) => result.rows.map(cells))]);
}

/** docs/benchmarks.md. */
export function toMarkdown(finished: readonly Finished[], seconds: number): string {
  const rows = finished.flatMap(({ result }) => result.rows.map((row) => `| ${cells(row).join(' | ')} |`));
  const sections = finished.map(
    ({ benchCase, result, load }) =>
      `### ${benchCase.title}\n\n\`npm run bench -- --only ${benchCase.name}\`\n\n${benchCase.how}\n\n${result.notes.map((note) => `- ${note}`).join('\n')}\n- load average of the machine before this case: ${load.toFixed(1)}\n`,
  );
  return `# Benchmarks

Written by \`npm run bench\`; do not edit by hand. Every case runs against its yardstick in the same run, so that the ratios hold on another
machine too; absolute figures stand only where a target is absolute. A missed target is called missed.

${describeMachine()}; the run took ${Math.round(seconds / 60)} minutes. Servers, clients and the database share the machine over loopback.

| ${HEAD.join(' | ')} |
|---|---|---|---|---|
${rows.join('\n')}

${missedTargets(finished)}

## How it is measured, and the figures behind the table

${sections.join('\n')}`;
}

function missedTargets(finished: readonly Finished[]): string {
  const missed = finished.flatMap(({ result }) => result.rows.filter(({ reached }) => reached === false));
  if (missed.length === 0) return 'Every target was reached in this run.';
  const lines = missed.map(
    ({ what, ifMissed }) => `- ${what}: ${ifMissed ?? 'the figures below tell what is known.'}`,
  );
  return `## Not reached in this run\n\n${lines.join('\n')}`;
}

function describeMachine(): string {
  return `${cpus().length} cores, Node ${process.version}, ${process.platform} ${process.arch}`;
}
