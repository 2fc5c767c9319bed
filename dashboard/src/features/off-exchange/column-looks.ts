/**
 * Where each column of the totals stands, and from which width of the panel on: a column without room for its numbers is
 * left out. The last one that is left keeps the distance from the border that the first has.
 */
export const COLUMNS = {
  symbol: 'pr-2 text-left edge-left',
  bullish: 'px-2 text-right',
  bearish: 'px-2 text-right @max-[22rem]:edge-right',
  unknown: 'px-2 text-right @max-md:hidden',
  total: 'px-2 text-right @max-[22rem]:hidden @max-lg:edge-right',
  balance: 'px-2 text-left @max-2xl:hidden',
  classified: 'px-2 text-right @max-lg:hidden @max-[44rem]:edge-right',
  prints: 'px-2 text-right @max-[44rem]:hidden @max-4xl:edge-right',
  lastPrint: 'pl-2 text-right edge-right @max-4xl:hidden',
} as const;
