import { cpus } from 'node:os';
import { textTable } from '../../rig/text-table.ts';
import type { Verdict } from './checker.ts';
import { asExpected, type Check, type Drill, type DrillOptions, passed, type Row, STALE } from './drill.ts';

export interface Finished {
  readonly drill: Drill;
  readonly rows: readonly Row[];
  readonly seconds: number;
}

const HEAD = [
  '',
  'Fault',
  'Injected',
  'Sent',
  'Acknowledged',
  'Delivered',
  'Lost',
  'Twice',
  'Out of order',
  'Unexpected',
  'Stale',
  'Measured',
] as const;
const FINDINGS = ['lost', 'duplicated', 'disordered', 'unexpected', 'stale'] as const;
/** Counts that the columns of the verdict show already. */
const IN_COLUMNS: ReadonlySet<string> = new Set(['lost', 'duplicated', 'out of order', 'unexpected', STALE]);
/** Of each kind of finding this many are told. */
const TOLD = 3;

export const thousands = (value: number): string => Math.round(value).toLocaleString('en-US');

function word(row: Row): string {
  if (row.control === undefined) return passed(row) ? 'passed' : 'FAILED';
  return asExpected(row) ? 'control: fails, as it must' : 'CONTROL PASSED';
}

const told = ({ what, measured, limit, ok }: Check): string =>
  `${what}: ${measured}${ok ? '' : ` (limit ${limit})`}`;

/** Old quotes are told as such by a row that is not about them, in its notes. */
const isAsked = ({ checks }: Row, kind: (typeof FINDINGS)[number]): boolean =>
  kind !== 'stale' || checks.some(({ what }) => what === STALE);

function cells(row: Row): string[] {
  const { verdict } = row;
  const numbers = verdict
    ? [
        ...[verdict.sent, verdict.acknowledged, verdict.delivered].map(thousands),
        ...FINDINGS.map((kind) => (isAsked(row, kind) ? thousands(verdict[kind].length) : '–')),
      ]
    : Array<string>(8).fill('–');
  const measured = row.checks.filter(({ what }) => !(verdict && IN_COLUMNS.has(what))).map(told);
  return [
    word(row),
    row.control === undefined ? row.fault : `${row.fault}, without ${row.control}`,
    thousands(row.faults),
    ...numbers,
    measured.join('; '),
  ];
}

/** The first findings of each kind, for whoever has to find the bug. */
export function findings(verdict: Verdict): string[] {
  return FINDINGS.flatMap((kind) => {
    const all = verdict[kind];
    const rest = all.length > TOLD ? [`… and ${all.length - TOLD} more`] : [];
    return [...all.slice(0, TOLD), ...rest].map((sentence) => `${kind}: ${sentence}`);
  });
}

/** The table for a terminal. */
export function toText(finished: readonly Finished[]): string {
  return textTable([HEAD, ...finished.flatMap(({ rows }) => rows.map(cells))]);
}

/** The result in a sentence. */
function verdictOf(finished: readonly Finished[], controls: boolean): string {
  const rows = finished.flatMap((one) => one.rows);
  const wrong = rows.filter((row) => !asExpected(row)).length;
  if (wrong > 0) return `${wrong} of ${rows.length} rows are not as they must be.`;
  return controls ? 'Every drill passed, and every control failed, as it must.' : 'Every drill passed.';
}

/** docs/drills.md. */
export function toMarkdown(
  finished: readonly Finished[],
  { seed, controls, scale }: Pick<DrillOptions, 'seed' | 'controls' | 'scale'>,
): string {
  const rows = finished.flatMap((one) => one.rows.map((row) => `| ${cells(row).join(' | ')} |`));
  const minutes = finished.reduce((sum, { seconds }) => sum + seconds, 0) / 60;
  const sections = finished.map(({ drill, rows: of, seconds }) => {
    const notes = of.flatMap(({ notes = [] }) => notes).map((note) => `- ${note}`);
    return `### ${drill.title}\n\n\`npm run drill -- --only ${drill.name}\`, ${Math.round(seconds)} s in this run.\n\n${drill.how}\n${notes.length > 0 ? `\n${notes.join('\n')}\n` : ''}`;
  });
  return `# Drills

This page shows what was lost when parts of the service failed under load: one row per fault, with the counts of one
run. ${verdictOf(finished, controls)}

Each drill breaks real replicas, Redis or Postgres on one machine while publishers send and clients receive. At the
end a checker compares the publishers' logs, the database and each client's log. A control is the same drill without
the named protection. It must fail; otherwise the drill could not detect the fault.

- *Lost*: acknowledged, but missing in the database or at a client that subscribed.
- *Twice*: delivered, recorded or sent to the broker more than once.
- *Unexpected*: delivered but never sent, or with other content.
- *Stale*: a quote shown as current that was older than two seconds on arrival, or eight on display.

${cpus().length} cores, Node ${process.version}, ${process.platform} ${process.arch}; seed ${seed}; the run took ${Math.round(minutes)} minutes${
    scale === 1
      ? ''
      : `, rounds and durations
were ${Math.round(scale * 100)} % of the full values`
  }. Publishers, clients and servers share the machine.

| ${HEAD.join(' | ')} |
|${HEAD.map(() => '---').join('|')}|
${rows.join('\n')}

\`npm run drill${controls ? ' -- --controls' : ''}\` repeats the run and writes this page; do not edit it by hand.

## What was done

${sections.join('\n')}`;
}
