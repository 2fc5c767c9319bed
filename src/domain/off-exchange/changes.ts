/** What changed since somebody asked last: each reader at its own pace, none misses or repeats anything. */
import { type MinuteSums, type SymbolDay, type SymbolSums, symbolDayOf } from './symbol-sums.ts';

/** Whole numbers as they stand, not differences: to store or to send them twice does no harm. */
export interface DayChanges {
  /** YYYY-MM-DD in New York. */
  readonly day: string;
  /** The feed began again: what was taken of this day before is void. `symbols` is empty then. */
  readonly isAnew: boolean;
  /** Only the symbols that changed, with only the minutes that changed. */
  readonly symbols: readonly SymbolDay[];
}

export interface ChangeReader {
  /** In order: a day that ended in between comes before the next one. Empty where nothing changed. */
  take(): DayChanges[];
  close(): void;
}

/** The side of the sums: notes changes for every reader. */
export interface ChangeLog {
  /** `minute` is undefined for a change outside of the minutes: a late print. */
  note(sums: SymbolSums, minute: MinuteSums | undefined): void;
  /** A change outside of its numbers; of nothing where there is no such symbol. */
  touch(sums: SymbolSums | undefined): void;
  /** The day is over: what was noted of it stays to be taken. */
  endDay(day: string): void;
  /** All that was noted is void, and so is what was taken of this day. */
  beginAnew(day: string): void;
  open(dayOf: () => string | null): ChangeReader;
}

interface Reader {
  readonly dirty: Map<SymbolSums, Set<MinuteSums>>;
  ended: DayChanges[];
}

function takeDirty({ dirty }: Reader, day: string | null): DayChanges[] {
  if (day === null || dirty.size === 0) return [];
  const symbols = [...dirty].map(([sums, minutes]) => symbolDayOf(sums, minutes));
  dirty.clear();
  return [{ day, isAnew: false, symbols }];
}

export function createChangeLog(): ChangeLog {
  const readers = new Set<Reader>();

  const note = (sums: SymbolSums, minute: MinuteSums | undefined): void => {
    for (const { dirty } of readers) {
      let minutes = dirty.get(sums);
      if (minutes === undefined) {
        minutes = new Set();
        dirty.set(sums, minutes);
      }
      if (minute) minutes.add(minute);
    }
  };

  return {
    note,
    touch: (sums) => sums && note(sums, undefined),
    endDay(day) {
      for (const reader of readers) reader.ended.push(...takeDirty(reader, day));
    },
    beginAnew(day) {
      for (const reader of readers) {
        reader.dirty.clear();
        reader.ended = [
          ...reader.ended.filter((ended) => ended.day !== day),
          { day, isAnew: true, symbols: [] },
        ];
      }
    },
    open(dayOf) {
      const reader: Reader = { dirty: new Map(), ended: [] };
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
