/** A commit that the database refuses is stored without the symbols at fault: none of them holds up the others. */
import { isPassing } from '../engine/fenced.ts';
import type { DayChanges } from './changes.ts';
import type { Gap, SumsCommit, SumsStore } from './sums-store.ts';

const MINUTE_MS = 60_000;
/** What a commit has beside its changes, where it is not the last of its turn. */
export const NO_REST = { gaps: [], follows: [], coveredUntil: null, wholeMarket: null } as const;

/** A part of a commit that the database refuses for what is in it. */
export interface Refused {
  /** Of one symbol, or without any. */
  readonly commit: SumsCommit;
  readonly error: unknown;
}

/**
 * Stores all that the database takes, and returns the rest. Throws while it takes nothing: then the commit is to be stored
 * again, as a whole.
 */
export async function commitMost(
  store: Pick<SumsStore, 'commit'>,
  fencing: number,
  commit: SumsCommit,
): Promise<readonly Refused[]> {
  async function storeApart(units: readonly SumsCommit[]): Promise<Refused[]> {
    const whole = joined(units);
    try {
      await store.commit(fencing, whole);
      return [];
    } catch (error) {
      if (isPassing(error)) throw error;
      if (units.length === 1) return [{ commit: whole, error }];
      const middle = units.length >> 1;
      return [...(await storeApart(units.slice(0, middle))), ...(await storeApart(units.slice(middle)))];
    }
  }

  try {
    await store.commit(fencing, commit);
    return [];
  } catch (error) {
    if (isPassing(error)) throw error;
    // Where a commit of nothing is refused as well, no symbol is at fault.
    await store.commit(fencing, { ...commit, ...NO_REST, changes: [] });
    return storeApart(unitsOf(commit));
  }
}

/** In their order; what stands beside the symbols comes after them. */
const unitsOf = (commit: SumsCommit): SumsCommit[] => [
  ...commit.changes
    .flatMap((change): DayChanges[] =>
      change.symbols.length === 0
        ? [change]
        : change.symbols.map((symbol) => ({ ...change, symbols: [symbol] })),
    )
    .map((change) => ({ ...commit, ...NO_REST, changes: [change] })),
  { ...commit, changes: [] },
];

const joined = (units: readonly SumsCommit[]): SumsCommit => ({
  ...(units.at(-1) as SumsCommit),
  changes: units.flatMap(({ changes }) => changes),
});

/** The symbols of what was refused. */
export const symbolsOf = (refused: readonly Refused[]): string[] =>
  refused.flatMap(({ commit }) =>
    commit.changes.flatMap(({ symbols }) => symbols.map(({ symbol }) => symbol)),
  );

/** The minutes whose prints are missing from what is stored: gaps of every symbol, for want of gaps of one. */
export function lostTimes(refused: readonly Refused[]): Gap[] {
  const times = new Map<string, Gap>();
  for (const { commit } of refused)
    for (const { day, symbols } of commit.changes)
      for (const { start } of symbols.flatMap(({ minutes }) => minutes))
        times.set(`${day} ${start}`, { day, from: start, to: start + MINUTE_MS, filled: [] });
  return [...times.values()];
}
