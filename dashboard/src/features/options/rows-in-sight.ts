/** Which rows of a long table are in sight, which are rendered, and whose contracts are subscribed to. */
import type { OptionSide } from '../../stores/chain-choices.ts';
import type { StrikeRow } from './figures.ts';

/** Shorter tables are rendered whole: the browser's own search finds every strike. */
export const MOST_WHOLE_ROWS = 60;
/** Rows rendered beyond each edge, so that a flick of the wheel finds them there. */
const MARGIN_ROWS = 10;
/** Contracts are subscribed to by such blocks of rows: a row that scrolls in is mostly there already. */
const BLOCK_ROWS = 20;

/** Rows by index; `last` is included. */
export interface Sight {
  readonly first: number;
  readonly last: number;
}

/** A row by its index, or the number of rows that are left out from an index on. */
export type Segment = { readonly index: number } | { readonly from: number; readonly skipped: number };

/**
 * What the table renders: the rows in sight with a margin, and the active one wherever it is, because the focus must
 * not vanish with it.
 */
export function segmentsOf({ first, last }: Sight, count: number, active: number | null): readonly Segment[] {
  const whole = count <= MOST_WHOLE_ROWS;
  const from = whole ? 0 : Math.max(0, first - MARGIN_ROWS);
  const to = whole ? count - 1 : Math.min(count - 1, last + MARGIN_ROWS);
  const inside = Array.from({ length: Math.max(0, to - from + 1) }, (_, offset) => from + offset);
  const outside = active !== null && active < count && (active < from || active > to) ? [active] : [];
  const shown = [...inside, ...outside].sort((a, b) => a - b);
  const segments: Segment[] = [];
  let next = 0;
  for (const index of shown) {
    if (index > next) segments.push({ from: next, skipped: index - next });
    segments.push({ index });
    next = index + 1;
  }
  return next < count ? [...segments, { from: next, skipped: count - next }] : segments;
}

/** The contracts of the blocks in sight, those nearest to the middle of the sight first, at most `most`. */
export function contractsInSight(
  rows: readonly StrikeRow[],
  { first, last }: Sight,
  sides: readonly OptionSide[],
  most: number,
): readonly string[] {
  const from = Math.floor(first / BLOCK_ROWS) * BLOCK_ROWS;
  const to = Math.ceil((last + 1) / BLOCK_ROWS) * BLOCK_ROWS;
  const middle = (first + last) / 2;
  return rows
    .slice(from, to)
    .map((row, offset) => ({ row, distance: Math.abs(from + offset - middle) }))
    .sort((a, b) => a.distance - b.distance)
    .flatMap(({ row }) => sides.flatMap((side) => row[side]?.contractId ?? []))
    .slice(0, most)
    .sort();
}
