import { STEP_MS } from '../../rig/patience.ts';
import type { Verdict } from './checker.ts';

export interface DrillOptions {
  /** Few clients and seconds instead of minutes; the same code. */
  readonly quick: boolean;
  /** Factor of rounds and durations; 1 is what the promise names. */
  readonly scale: number;
  /** The same seed gives the same choices: which replica, which user, which message. */
  readonly seed: number;
  /** Also with the protection switched off: such a row must fail. */
  readonly controls: boolean;
}

/** One thing that must hold for a row to pass. */
export interface Check {
  readonly what: string;
  readonly measured: string;
  readonly limit: string;
  readonly ok: boolean;
  /** A promise about time, which a machine that is busy with other work may break: tests do not judge it. */
  readonly timed?: true;
}

/** One fault and what came of it. */
export interface Row {
  readonly fault: string;
  /** Which protection was switched off; then the row must fail. */
  readonly control?: string;
  /** How often the fault was injected. */
  readonly faults: number;
  /** Null for a drill without publishers. */
  readonly verdict: Verdict | null;
  readonly checks: readonly Check[];
  /** Figures behind the row, a sentence each. */
  readonly notes?: readonly string[];
}

export interface Drill {
  readonly name: string;
  readonly title: string;
  /** What is done and what is measured, for the page. */
  readonly how: string;
  /** How long a run at scale 1 takes, minutes. */
  readonly minutes: number;
  run(options: DrillOptions): Promise<Row[]>;
}

/** The check of quotes, which has a column of its own. */
export const STALE = 'old quotes shown as current';

export const passed = (row: Row): boolean => row.checks.every(({ ok }) => ok);
/** A row passes; a control fails, or the drill could not see what it is there to see. */
export const asExpected = (row: Row): boolean => passed(row) === (row.control === undefined);

/** A quick form waits minutes for what a full one gives up sooner: it tests the drill, also on a busy machine. */
export const waitMs = ({ quick }: Pick<DrillOptions, 'quick'>, fullMs: number): number =>
  quick ? STEP_MS : fullMs;

/** `count` at scale 1, at least one. */
export const scaled = (count: number, { scale }: DrillOptions): number =>
  Math.max(1, Math.round(count * scale));

/** Not a number is not at most anything. */
export const atMost = (what: string, measured: number, limit: number, unit = ''): Check => ({
  what,
  measured: measured === Number.POSITIVE_INFINITY ? 'never' : `${round(measured)}${unit}`,
  limit: `≤ ${limit}${unit}`,
  ok: measured <= limit,
});
/** A promise about time. */
export const within = (what: string, measured: number, limit: number, unit: 's' | 'ms'): Check => ({
  ...atMost(what, measured, limit, ` ${unit}`),
  timed: true,
});
export const exactly = (what: string, measured: number, limit: number): Check => ({
  what,
  measured: String(measured),
  limit: String(limit),
  ok: measured === limit,
});
export const atLeast = (what: string, measured: number, limit: number, unit = ''): Check => ({
  what,
  measured: `${round(measured)}${unit}`,
  limit: `≥ ${limit}${unit}`,
  ok: measured >= limit,
});
export const holds = (what: string, ok: boolean): Check => ({
  what,
  measured: ok ? 'yes' : 'no',
  limit: 'yes',
  ok,
});

const round = (value: number): number => Math.round(value * 100) / 100;
