import type { StrikeRow } from './figures.ts';

/** What stands in the two fields. */
export interface StrikeTexts {
  readonly from: string;
  readonly to: string;
}
export const NO_RANGE: StrikeTexts = { from: '', to: '' };

export interface StrikeRange {
  /** Dollars, included; an infinity where nothing bounds it. */
  readonly from: number;
  readonly to: number;
  /** The fields that no range can be read from: it then bounds nothing. */
  readonly wrong: readonly (keyof StrikeTexts)[];
}

/** Dollars as a person types them; null for anything else. */
function typedStrike(text: string, empty: number): number | null {
  const bare = text.replaceAll(/[\s$,]/g, '');
  if (bare === '') return empty;
  return /^\d+(\.\d*)?$/.test(bare) ? Number(bare) : null;
}

export function readRange({ from: low, to: high }: StrikeTexts): StrikeRange {
  const from = typedStrike(low, -Infinity);
  const to = typedStrike(high, Infinity);
  const all = { from: -Infinity, to: Infinity };
  if (from === null || to === null)
    return {
      ...all,
      wrong: [...(from === null ? ['from' as const] : []), ...(to === null ? ['to' as const] : [])],
    };
  return from > to ? { ...all, wrong: ['from', 'to'] } : { from, to, wrong: [] };
}

export const within = (rows: readonly StrikeRow[], { from, to }: StrikeRange): readonly StrikeRow[] =>
  rows.filter(({ strike }) => strike >= from && strike <= to);
