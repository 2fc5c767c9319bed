/** What changed since somebody asked last: each reader at its own pace, none misses or repeats anything. */
import { type MinuteSums, type SymbolChange, type SymbolSums, symbolChangeOf } from './symbol-sums.ts';

/** Whole numbers as they stand, not differences: to store or to send them twice does no harm. */
export interface DayChanges {
  /** YYYY-MM-DD in New York. */
  readonly day: string;
  /** The feed began again: what was taken of this day before is void. `symbols` is empty then. */
  readonly isAnew: boolean;
  /** Only the symbols that changed. */
  readonly symbols: readonly SymbolChange[];
}

/** What of a symbol changed beside its totals. */
export interface Change {
  /** Undefined for a change outside of the minutes: a late print. */
  readonly minute?: MinuteSums;
  /** The largest prints are others now. */
  readonly isLargest?: boolean;
}

export interface ChangeReader {
  /** In order: a day that ended in between comes before the next one. Empty where nothing changed. */
  take(): DayChanges[];
  close(): void;
}

/** The side of the sums: notes changes for every reader. */
export interface ChangeLog {
  note(sums: SymbolSums, change: Change): void;
  /** A change outside of its numbers; of nothing where there is no such symbol. */
  touch(sums: SymbolSums | undefined): void;
  /** The day is over: what was noted of it stays to be taken. */
  endDay(day: string): void;
  /** All that was noted is void, and so is what was taken of this day. */
  beginAnew(day: string): void;
  open(dayOf: () => string | null, onFirst?: () => void): ChangeReader;
}

interface Dirty {
  readonly minutes: Set<MinuteSums>;
  isLargest: boolean;
}

interface Reader {
  readonly dirty: Map<SymbolSums, Dirty>;
  ended: DayChanges[];
  readonly onFirst: () => void;
}

const hasNothing = ({ dirty, ended }: Reader): boolean => dirty.size === 0 && ended.length === 0;

function noteIn(reader: Reader, sums: SymbolSums, { minute, isLargest = false }: Change): void {
  let noted = reader.dirty.get(sums);
  if (noted === undefined) {
    if (hasNothing(reader)) reader.onFirst();
    noted = { minutes: new Set(), isLargest };
    reader.dirty.set(sums, noted);
  }
  if (minute) noted.minutes.add(minute);
  if (isLargest) noted.isLargest = true;
}

function takeDirty({ dirty }: Reader, day: string | null): DayChanges[] {
  if (day === null || dirty.size === 0) return [];
  const symbols = [...dirty].map(([sums, { minutes, isLargest }]) =>
    symbolChangeOf(sums, minutes, isLargest),
  );
  dirty.clear();
  return [{ day, isAnew: false, symbols }];
}

export function createChangeLog(): ChangeLog {
  const readers = new Set<Reader>();

  const note = (sums: SymbolSums, change: Change): void => {
    for (const reader of readers) noteIn(reader, sums, change);
  };

  return {
    note,
    touch: (sums) => sums && note(sums, {}),
    endDay(day) {
      for (const reader of readers) reader.ended.push(...takeDirty(reader, day));
    },
    beginAnew(day) {
      for (const reader of readers) {
        if (hasNothing(reader)) reader.onFirst();
        reader.dirty.clear();
        reader.ended = [
          ...reader.ended.filter((ended) => ended.day !== day),
          { day, isAnew: true, symbols: [] },
        ];
      }
    },
    open(dayOf, onFirst = () => {}) {
      const reader: Reader = { dirty: new Map(), ended: [], onFirst };
      readers.add(reader);
      return {
        take() {
          const taken = [...reader.ended, ...takeDirty(reader, dayOf())];
          reader.ended = [];
          return taken;
        },
        close: () => readers.delete(reader),
      };
    },
  };
}
