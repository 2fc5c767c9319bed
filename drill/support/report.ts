import { cpus } from 'node:os';
import { bulletList, markdownTable, wrapped } from '../../rig/markdown.ts';
import { textTable } from '../../rig/text-table.ts';
import type { Verdict } from './checker.ts';
import { asExpected, type Check, type Drill, type DrillOptions, passed, type Row, STALE } from './drill.ts';

export interface Finished {
  readonly drill: Pick<Drill, 'name' | 'title' | 'how'>;
  readonly rows: readonly Row[];
  readonly seconds: number;
}

const SUMMARY = ['', 'Fault', 'Injected', 'Lost', 'Twice', 'Out of order', 'Unexpected', 'Stale'] as const;
const FINDINGS = ['lost', 'duplicated', 'disordered', 'unexpected', 'stale'] as const;
/** Counts that the columns of the verdict show already. */
const IN_COLUMNS: ReadonlySet<string> = new Set(['lost', 'duplicated', 'out of order', 'unexpected', STALE]);
/** Findings of each kind that are quoted. */
const QUOTED = 3;

export const thousands = (value: number): string => Math.round(value).toLocaleString('en-US');

function word(row: Row): string {
  if (row.control === undefined) return passed(row) ? 'passed' : 'FAILED';
  return asExpected(row) ? 'control: fails, as it must' : 'CONTROL PASSED';
}
const nameOf = ({ fault, control }: Row): string =>
  control === undefined ? fault : `${fault}, without ${control}`;

const measured = ({ what, measured: value, limit, ok }: Check): string =>
  `${what}: ${value}${ok ? '' : ` (limit ${limit})`}`;

/** Stale quotes count in a row that is not about them only in its notes. */
const isAsked = ({ checks }: Row, kind: (typeof FINDINGS)[number]): boolean =>
  kind !== 'stale' || checks.some(({ what }) => what === STALE);

const counts = (row: Row): string[] =>
  FINDINGS.map((kind) => (row.verdict && isAsked(row, kind) ? thousands(row.verdict[kind].length) : '–'));
const cells = (row: Row): string[] => [word(row), nameOf(row), thousands(row.faults), ...counts(row)];
const table = (finished: readonly Finished[]): (readonly string[])[] => [
  SUMMARY,
  ...finished.flatMap(({ rows }) => rows.map(cells)),
];

/** What was measured beside the columns of the summary, a phrase each. */
function figures(row: Row): string[] {
  const { verdict, checks } = row;
  const sums = verdict && [
    `${thousands(verdict.sent)} sent`,
    `${thousands(verdict.acknowledged)} acknowledged`,
    `${thousands(verdict.delivered)} delivered`,
  ];
  return [...(sums ?? []), ...checks.filter(({ what }) => !(verdict && IN_COLUMNS.has(what))).map(measured)];
}

/** The first findings of each kind, for a person who looks for the bug. */
export function findings(verdict: Verdict): string[] {
  return FINDINGS.flatMap((kind) => {
    const all = verdict[kind];
    const rest = all.length > QUOTED ? [`… and ${all.length - QUOTED} more`] : [];
    return [...all.slice(0, QUOTED), ...rest].map((sentence) => `${kind}: ${sentence}`);
  });
}

/** The table for a terminal. */
export const toText = (finished: readonly Finished[]): string =>
  textTable([
    [...SUMMARY, 'Measured'],
    ...finished.flatMap(({ rows }) => rows.map((row) => [...cells(row), figures(row).join('; ')])),
  ]);

const describeMachine = (): string =>
  `${cpus().length} cores, Node ${process.version}, ${process.platform} ${process.arch}`;

/** The result in a sentence. */
function verdictOf(finished: readonly Finished[], controls: boolean): string {
  const rows = finished.flatMap((one) => one.rows);
  const wrong = rows.filter((row) => !asExpected(row)).length;
  if (wrong > 0) return `${wrong} of ${rows.length} rows are not as they must be.`;
  return controls ? 'Every drill passed, and every control failed, as it must.' : 'Every drill passed.';
}

type RunOptions = Pick<DrillOptions, 'seed' | 'controls' | 'scale'>;

/** The summary in docs/drills.md. */
export const toSummary = (
  finished: readonly Finished[],
  { controls, scale }: RunOptions,
  machine = describeMachine(),
): string => {
  const length = scale === 1 ? '' : `, shortened to ${Math.round(scale * 100)} % with \`--minutes\``;
  const about = `${verdictOf(finished, controls)} The last whole run, on ${machine}${length}:`;
  return `${wrapped(about)}\n\n${markdownTable(table(finished))}`;
};

/** reports/drills.md: what each drill does, and the figures behind the summary. */
export function toReport(
  finished: readonly Finished[],
  { seed, controls }: RunOptions,
  machine = describeMachine(),
): string {
  const minutes = finished.reduce((sum, { seconds }) => sum + seconds, 0) / 60;
  const about = `Written by \`npm run drill${controls ? ' -- --controls' : ''}\`; do not edit by hand.
    [Drills](../docs/drills.md) has the summary. This run was on ${machine}, with the seed ${seed}, and took
    ${Math.round(minutes)} minutes. Publishers, clients and servers share the machine.`;
  return `# Report of the drills\n\n${wrapped(about)}\n\n${finished.map(section).join('\n\n')}\n`;
}

function section({ drill, rows, seconds }: Finished): string {
  const lines = rows.map((row) => `${nameOf(row)}: ${[word(row), ...figures(row)].join('; ')}`);
  const notes = rows.flatMap((row) => row.notes ?? []);
  return [
    `## ${drill.title}`,
    `\`npm run drill -- --only ${drill.name}\`, ${Math.round(seconds)} s in this run.`,
    wrapped(drill.how),
    bulletList(lines),
    ...(notes.length > 0 ? [`Beside that:\n\n${bulletList(notes)}`] : []),
  ].join('\n\n');
}
