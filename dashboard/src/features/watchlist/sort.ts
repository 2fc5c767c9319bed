import type { QuotePayload } from '../../../../src/protocol/quotes.ts';

export type SortColumn = 'symbol' | 'price' | 'change';
export interface Sort {
  readonly column: SortColumn;
  readonly descending: boolean;
}

/** Null: the order in which the reader put them. */
export type SortChoice = Sort | null;

type Quotes = Readonly<Record<string, QuotePayload>>;

const value = (quote: QuotePayload | undefined, column: 'price' | 'change'): number | null => {
  if (!quote) return null;
  if (column === 'price') return quote.price;
  return quote.previousClose === undefined ? null : quote.changePercent;
};

/** Symbols without a value stay at the end, whichever way it is sorted. */
export function sortSymbols(symbols: readonly string[], quotes: Quotes, sort: SortChoice): readonly string[] {
  if (!sort) return symbols;
  const { column, descending } = sort;
  const direction = descending ? -1 : 1;
  if (column === 'symbol') return [...symbols].sort((a, b) => direction * a.localeCompare(b));
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
