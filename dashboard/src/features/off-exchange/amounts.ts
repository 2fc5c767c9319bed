/** Sums, shares and the order of off-exchange totals. */
import { newYorkDate } from '../../../../src/protocol/new-york.ts';
import type { Totals } from '../../stores/off-exchange.ts';

export interface Amounts {
  readonly bullish: number;
  readonly bearish: number;
  readonly unknown: number;
}

export const totalOf = ({ bullish, bearish, unknown }: Amounts): number => bullish + bearish + unknown;

/** The share of the notional whose side is known, 0 to 1; null where there is none. */
export function classifiedShare(amounts: Amounts): number | null {
  const total = totalOf(amounts);
  return total > 0 ? (amounts.bullish + amounts.bearish) / total : null;
}

/** The share of bullish prints among those whose side is known, 0 to 1; null where there are none. */
export function bullishShare({ bullish, bearish }: Amounts): number | null {
  return bullish + bearish > 0 ? bullish / (bullish + bearish) : null;
}

export const sumOf = (all: readonly Amounts[]): Amounts =>
  all.reduce<Amounts>(
    (sum, { bullish, bearish, unknown }) => ({
      bullish: sum.bullish + bullish,
      bearish: sum.bearish + bearish,
      unknown: sum.unknown + unknown,
    }),
    { bullish: 0, bearish: 0, unknown: 0 },
  );

/** YYYY-MM-DD in New York. */
export const dayOf = ({ lastUpdated }: Pick<Totals, 'lastUpdated'>): string =>
  newYorkDate(Date.parse(lastUpdated));

/** Totals of the newest day only: a symbol without prints today would else show those of yesterday. */
export function ofNewestDay<T extends Totals>(
  all: readonly T[],
): { readonly day: string | null; readonly totals: readonly T[] } {
  const days = all.map(dayOf);
  const day = days.reduce<string | null>(
    (newest, one) => (newest === null || one > newest ? one : newest),
    null,
  );
  return { day, totals: all.filter((_, index) => days[index] === day) };
}

export type SortColumn = 'symbol' | 'bullish' | 'bearish' | 'unknown' | 'total' | 'classified';
export interface Sort {
  readonly column: SortColumn;
  readonly descending: boolean;
}

const amountIn = (totals: Totals, column: Exclude<SortColumn, 'symbol'>): number => {
  if (column === 'total') return totalOf(totals);
  return column === 'classified' ? (classifiedShare(totals) ?? -1) : totals[column];
};

export function sortTotals<T extends Totals>(all: readonly T[], { column, descending }: Sort): readonly T[] {
  const direction = descending ? -1 : 1;
  return [...all].sort((a, b) => {
    const byName = a.symbol.localeCompare(b.symbol);
    if (column === 'symbol') return direction * byName;
    return direction * (amountIn(a, column) - amountIn(b, column)) || byName;
  });
}

/** Another column begins with its largest, the symbol with A; the same one turns round. */
export const nextSort = (current: Sort, column: SortColumn): Sort =>
  current.column === column
    ? { column, descending: !current.descending }
    : { column, descending: column !== 'symbol' };
