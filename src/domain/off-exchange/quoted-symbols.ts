/** So many symbols have quotes while the prints of the whole market are summed; prints of the others have no side. */
export const MAX_QUOTED_SYMBOLS = 500;
/** A newcomer replaces a symbol only from so many places ahead: neighbours that overtake each other cost upstream nothing. */
const LEAD = 100;

/** The ranks that may have quotes next: as many of the heaviest must be known. */
export const RANKED_SYMBOLS = MAX_QUOTED_SYMBOLS + LEAD;

/** Which symbols have quotes from now on. `heaviest` are the symbols with the most notional, most first. */
export function nextQuoted(
  quoted: ReadonlySet<string>,
  heaviest: readonly string[],
  max = MAX_QUOTED_SYMBOLS,
  lead = LEAD,
): ReadonlySet<string> {
  // Half a place more: of equal ones the symbol that has quotes keeps them.
  const placed = heaviest.map((symbol, rank) => ({
    symbol,
    place: quoted.has(symbol) ? rank - lead - 0.5 : rank,
  }));
  const ranked = new Set(heaviest);
  // Without prints yet: they stay while there is room.
  const others = [...quoted].filter((symbol) => !ranked.has(symbol));
  const best = placed.sort((a, b) => a.place - b.place).map(({ symbol }) => symbol);
  return new Set([...best, ...others].slice(0, max));
}
