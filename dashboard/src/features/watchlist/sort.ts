import { instrumentWords } from '../../lib/instrument-words.ts';

export type SortColumn = 'symbol' | 'price' | 'change';
export interface Sort {
  readonly column: SortColumn;
  readonly descending: boolean;
}

/** Null: the order in which the reader put them. */
export type SortChoice = Sort | null;

/** What a quote and an update of a contract have in common. */
export interface Priced {
  /** Missing where a contract has not traded. */
  readonly price?: number;
  readonly previousClose?: number;
  readonly changePercent: number;
}
type Prices = Readonly<Record<string, Priced>>;

const value = (quote: Priced | undefined, column: 'price' | 'change'): number | null => {
  if (!quote) return null;
  if (column === 'price') return quote.price ?? null;
  return quote.previousClose === undefined ? null : quote.changePercent;
};

/** Symbols without a value stay at the end, whichever way it is sorted. */
export function sortSymbols(symbols: readonly string[], quotes: Prices, sort: SortChoice): readonly string[] {
  if (!sort) return symbols;
  const { column, descending } = sort;
  const direction = descending ? -1 : 1;
  if (column === 'symbol')
    return [...symbols].sort((a, b) => direction * instrumentWords(a).localeCompare(instrumentWords(b)));
  return [...symbols].sort((a, b) => {
    const left = value(quotes[a], column);
    const right = value(quotes[b], column);
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return direction * (left - right) || a.localeCompare(b);
  });
}

/** Ascending, descending, own order; numbers start with the largest. */
export function nextSort(current: SortChoice, column: SortColumn): SortChoice {
  const firstDescending = column !== 'symbol';
  if (current?.column !== column) return { column, descending: firstDescending };
  return current.descending === firstDescending ? { column, descending: !firstDescending } : null;
}
