import type { PrintSide } from '../../protocol/darkpool.ts';
import type { Amount } from './amount.ts';
import type { Print } from './print.ts';

/** Amounts by side, and how many prints they are of. */
export type Totals = Readonly<Record<PrintSide, Amount>> & { readonly prints: number };

/** `start` is the minute's first moment, milliseconds since epoch: the one in which its trades were made. */
export type MinuteTotals = Totals & { readonly start: number };

/** Prints that arrived late: they count in no other number. */
export interface LatePrints {
  readonly prints: number;
  readonly notional: Amount;
}

/** A symbol's off-exchange prints of one New York day: all of them, whichever engine counted them. */
export interface SymbolDay {
  readonly symbol: string;
  readonly totals: Totals;
  /** By notional, largest first. */
  readonly largest: readonly Print[];
  readonly late: LatePrints;
  /** The highest sequence number that was seen; 0 where upstream gives none. */
  readonly sequence: number;
  /** The feed's time of the last print, milliseconds since epoch. */
  readonly updatedAt: number;
}

/** A symbol that changed, with whole numbers as they stand. */
export interface SymbolChange extends Omit<SymbolDay, 'largest'> {
  /** Those that changed, in the order in which they began: what was counted since the sums began or were restored. */
  readonly minutes: readonly MinuteTotals[];
  /** Null where they did not change. */
  readonly largest: SymbolDay['largest'] | null;
}

/** As many prints of a symbol are kept one by one. */
export const MAX_LARGEST = 50;

type Sums = Record<PrintSide, Amount> & { prints: number };
export type MinuteSums = Sums & { readonly start: number };

const noSums = (): Sums => ({ bullish: 0n, bearish: 0n, unknown: 0n, prints: 0 });

function addTo(sums: Sums, { side, notional }: Print): void {
  sums[side] += notional;
  sums.prints += 1;
}

/** The sums of one symbol and day, changed print after print. */
export interface SymbolSums {
  readonly symbol: string;
  readonly totals: Sums;
  /**
   * Only what was counted since the sums began or were restored. The minutes of the engines before stay in the database:
   * a day of the whole market has two million of them, and nobody here reads them.
   */
  readonly minutes: Map<number, MinuteSums>;
  largest: readonly Print[];
  readonly late: { prints: number; notional: Amount };
  sequence: number;
  updatedAt: number;
}

export const createSymbolSums = (symbol: string): SymbolSums => ({
  symbol,
  totals: noSums(),
  minutes: new Map(),
  largest: [],
  late: { prints: 0, notional: 0n },
  sequence: 0,
  updatedAt: 0,
});

/** Adds to the day and to the minute. Returns that minute. */
export function addPrint(sums: SymbolSums, print: Print, minuteStart: number): MinuteSums {
  let minute = sums.minutes.get(minuteStart);
  if (minute === undefined) {
    minute = { start: minuteStart, ...noSums() };
    sums.minutes.set(minuteStart, minute);
  }
  addTo(sums.totals, print);
  addTo(minute, print);
  return minute;
}

export function addLatePrint({ late }: SymbolSums, notional: Amount): void {
  late.prints += 1;
  late.notional += notional;
}

/** Of equal ones the earlier stands first; beyond MAX_LARGEST the smallest is dropped. False where it is not among them. */
export function addToLargest(sums: SymbolSums, print: Print): boolean {
  const { largest } = sums;
  const last = largest.at(-1);
  if (last && largest.length >= MAX_LARGEST && print.notional <= last.notional) return false;
  const found = largest.findIndex(({ notional }) => print.notional > notional);
  sums.largest = largest.toSpliced(found < 0 ? largest.length : found, 0, print).slice(0, MAX_LARGEST);
  return true;
}

/** All sides together. */
export const wholeOf = ({ totals }: Pick<SymbolSums, 'totals'>): Amount =>
  totals.bullish + totals.bearish + totals.unknown;

/** As it stands now. */
export const symbolDayOf = (sums: SymbolSums): SymbolDay => ({
  symbol: sums.symbol,
  totals: { ...sums.totals },
  largest: sums.largest,
  late: { ...sums.late },
  sequence: sums.sequence,
  updatedAt: sums.updatedAt,
});

export const symbolChangeOf = (
  sums: SymbolSums,
  minutes: Iterable<MinuteSums>,
  hasLargest: boolean,
): SymbolChange => ({
  ...symbolDayOf(sums),
  minutes: [...minutes].map((minute) => ({ ...minute })).sort((a, b) => a.start - b.start),
  largest: hasLargest ? sums.largest : null,
});

/** What was stored. */
export const restoredSums = ({ totals, late, ...stored }: SymbolDay): SymbolSums => ({
  ...stored,
  totals: { ...totals },
  minutes: new Map(),
  late: { ...late },
});
