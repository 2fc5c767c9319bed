import { cpus } from 'node:os';
import { textTable } from '../../rig/text-table.ts';
import type { BenchCase, CaseResult, Row } from './case.ts';

export interface Finished {
  readonly benchCase: BenchCase;
  readonly result: CaseResult;
  /** Load average of the last minute, before the case. */
  readonly load: number;
}

const HEAD = ['', 'Case', 'Measured', 'Reference in the same run', 'Target'] as const;

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

This page shows the speed and the memory of the service, measured in one run. ${targetsOf(finished)}
Most cases also measure a reference in the same run, so that the ratios hold on other machines. *≥* means that more
is better, *≤* that less is.

${describeMachine()}; the run took ${Math.round(seconds / 60)} minutes. Servers, clients and the database share the
machine over loopback.

| ${HEAD.join(' | ')} |
|---|---|---|---|---|
${rows.join('\n')}

${missedTargets(finished)}

\`npm run bench\` repeats the run and writes this page; do not edit it by hand.

## Method and figures of each case

${sections.join('\n')}`;
}

function targetsOf(finished: readonly Finished[]): string {
  const targets = finished.flatMap(({ result }) => result.rows.filter(({ reached }) => reached !== null));
  return `Missed targets: ${targets.filter(({ reached }) => !reached).length} of ${targets.length}.`;
}

function missedTargets(finished: readonly Finished[]): string {
  const missed = finished.flatMap(({ result }) => result.rows.filter(({ reached }) => reached === false));
  if (missed.length === 0) return 'Every target was reached in this run.';
  const lines = missed.map(({ what, ifMissed }) => `- ${what}: ${ifMissed ?? 'see the figures below.'}`);
  return `## Missed in this run\n\n${lines.join('\n')}`;
}

function describeMachine(): string {
  return `${cpus().length} cores, Node ${process.version}, ${process.platform} ${process.arch}`;
}
