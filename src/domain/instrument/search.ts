import type { InstrumentPayload } from '../../protocol/market.ts';
import { createTypedMatch, foldTyped, symbolForms } from '../../protocol/symbol.ts';
import type { InstrumentDirectory } from './directory.ts';

/** How well an instrument answers a search: lower is better, undefined is not at all. */
type Rank = (instrument: InstrumentPayload) => number | undefined;

/** `meant` is the one of the `forms` of the text that exists: the others would be other shares of the same letters. */
function createRank(text: string, forms: readonly string[], meant: string | undefined): Rank {
  const capitals = text.toUpperCase();
  const folded = foldTyped(text);
  const isBeginning = createTypedMatch(text);
  return ({ symbol, name }) => {
    if (symbol === meant) return 0;
    if (forms.includes(symbol)) return undefined;
    if (isBeginning(symbol)) return 1;
    const nameCapitals = name.toUpperCase();
    if (nameCapitals.startsWith(capitals)) return 2;
    if (nameCapitals.includes(` ${capitals}`)) return 3;
    // `AMPB` holds what was typed as `AMpB` only where the case does not count.
    return symbol.includes(folded) || nameCapitals.includes(capitals) ? 4 : undefined;
  };
}

/** Best matches first, ties in the order of the symbol; an empty text matches everything. */
export function searchInstruments(
  instruments: Iterable<InstrumentPayload>,
  text: string,
  limit: number,
): InstrumentPayload[] {
  const all = [...instruments];
  const forms = symbolForms(text);
  const existing = new Set(all.map(({ symbol }) => symbol));
  const rankOf = createRank(
    text.trim(),
    forms,
    forms.find((form) => existing.has(form)),
  );
  return all
    .map((instrument) => ({ instrument, rank: rankOf(instrument) }))
    .filter((match): match is { instrument: InstrumentPayload; rank: number } => match.rank !== undefined)
    .sort((a, b) => a.rank - b.rank || (a.instrument.symbol < b.instrument.symbol ? -1 : 1))
    .slice(0, Math.max(0, limit))
    .map(({ instrument }) => instrument);
}

/** A directory whose whole world is a list in memory. */
export function createInstrumentList(instruments: readonly InstrumentPayload[]): InstrumentDirectory {
  const bySymbol = new Map(instruments.map((instrument) => [instrument.symbol, instrument]));
  return {
    get: async (symbol) => bySymbol.get(symbol) ?? null,
    search: async (text, limit) => searchInstruments(bySymbol.values(), text, limit),
    knows: (symbol) => bySymbol.has(symbol),
  };
}
