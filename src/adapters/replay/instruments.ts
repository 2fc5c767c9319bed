import type { InstrumentDirectory } from '../../domain/instrument/directory.ts';
import { createInstrumentList } from '../../domain/instrument/search.ts';
import { TradecastError } from '../../protocol/errors.ts';
import type { InstrumentPayload } from '../../protocol/market.ts';
import { isStockSymbol } from '../../protocol/symbol.ts';
import { UNIVERSE } from '../simulated/universe.ts';
import { readLines } from './lines.ts';

/** Names, which a recording does not contain. */
const NAMES = new Map(UNIVERSE.map(({ symbol, name }) => [symbol, name]));
const SYMBOL = /"(?:sym|ticker)":"([^"]+)"/g;

async function symbolsOf(file: string): Promise<InstrumentPayload[]> {
  const symbols = new Set<string>();
  for await (const lines of readLines(file)) {
    for (const line of lines) for (const [, symbol] of line.matchAll(SYMBOL)) symbols.add(symbol as string);
  }
  return [...symbols]
    .filter(isStockSymbol)
    .sort()
    .map((symbol) => ({ symbol, name: NAMES.get(symbol) ?? symbol }));
}

/**
 * The symbols of a recording, with the names of well-known ones. The file is read through once, at the first question.
 */
export function createReplayInstruments({ file }: { file: string }): InstrumentDirectory {
  let list: InstrumentDirectory | null = null;
  let reading: Promise<InstrumentDirectory> | null = null;

  const read = (): Promise<InstrumentDirectory> => {
    reading ??= symbolsOf(file).then(
      (instruments) => {
        list = createInstrumentList(instruments);
        return list;
      },
      (error: unknown) => {
        reading = null;
        throw new TradecastError(
          'UNAVAILABLE',
          'Symbols cannot be looked up: the recording cannot be read.',
          {
            cause: error,
          },
        );
      },
    );
    return reading;
  };

  return {
    get: async (symbol) => (await read()).get(symbol),
    search: async (text, limit) => (await read()).search(text, limit),
    knows: (symbol) => list?.knows(symbol),
  };
}
