import type { MonitorPayload } from '../../../../src/protocol/health-payloads.ts';

export interface Point {
  /** 0 is an hour before the newest sample, 1 the newest. */
  readonly x: number;
  /** 0 is none, 1 is `top`. */
  readonly y: number;
}

export interface ChartShape {
  /** What is known without a hole, one line each. */
  readonly lines: readonly (readonly Point[])[];
  /** The round number at the top of the scale. */
  readonly top: number;
  readonly lowest: number;
  readonly highest: number;
  readonly newest: number;
  /** Since when anything is known, milliseconds since epoch. */
  readonly since: number;
  readonly until: number;
}

export const HOUR_MS = 60 * 60 * 1_000;

const STEPS = [1, 1.2, 1.6, 2, 3, 4, 5, 6, 8, 10];
/** One connection is no full chart. */
const MIN_TOP = 4;

/** A round number at or above, whose half is whole as well. */
export function roundTop(highest: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(highest, 1)));
  const tops = STEPS.map((step) => Math.round(step * power));
  return Math.max(MIN_TOP, tops.find((top) => top >= highest && top % 2 === 0) ?? highest);
}

/** The history as lines in a unit square; null where nothing is known yet. */
export function shapeOf({ from, everyMs, connections }: MonitorPayload['history']): ChartShape | null {
  const start = Date.parse(from);
  const until = start + (connections.length - 1) * everyMs;
  const known = connections.filter((one): one is number => one !== null);
  const first = connections.findIndex((one) => one !== null);
  if (known.length === 0 || first === -1) return null;
  const highest = Math.max(...known);
  const top = roundTop(highest);
  const lines: Point[][] = [[]];
  connections.forEach((value, index) => {
    if (value !== null)
      lines.at(-1)?.push({ x: 1 - (until - start - index * everyMs) / HOUR_MS, y: value / top });
    else if (lines.at(-1)?.length) lines.push([]);
  });
  return {
    lines: lines.filter((line) => line.length > 0),
    top,
    lowest: Math.min(...known),
    highest,
    newest: known.at(-1)!,
    since: start + first * everyMs,
    until,
  };
}
