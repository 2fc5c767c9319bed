import type { InstrumentPayload } from '../../protocol/market.ts';
import type { InstrumentDirectory } from './instruments.ts';

/** How well an instrument answers a search: lower is better, undefined is not at all. */
function rank({ symbol, name }: InstrumentPayload, text: string): number | undefined {
  if (symbol === text) return 0;
  if (symbol.startsWith(text)) return 1;
  const upperName = name.toUpperCase();
  if (upperName.startsWith(text)) return 2;
  if (upperName.includes(` ${text}`)) return 3;
  return symbol.includes(text) || upperName.includes(text) ? 4 : undefined;
}

/** Best matches first, ties in the order of the symbol; an empty text matches everything. */
export function searchInstruments(
  instruments: Iterable<InstrumentPayload>,
  text: string,
  limit: number,
): InstrumentPayload[] {
  const wanted = text.trim().toUpperCase();
  return [...instruments]
    .map((instrument) => ({ instrument, rank: rank(instrument, wanted) }))
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
