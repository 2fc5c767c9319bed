import { TradecastError } from '../../protocol/errors.ts';
import type { InstrumentPayload } from '../../protocol/market.ts';
import { instrumentOf } from './instrument.ts';

/** The stocks of a market. */
export interface InstrumentDirectory {
  /** Null for a symbol that does not exist, or is no stock. Throws UNAVAILABLE where upstream cannot be asked now. */
  get(symbol: string): Promise<InstrumentPayload | null>;
  /**
   * Best matches for what a person typed, by symbol and by name. Throws UNAVAILABLE where upstream cannot be asked
   * now.
   */
  search(text: string, limit: number): Promise<InstrumentPayload[]>;
  /** From memory only; undefined where it has not been asked for yet. */
  knows(symbol: string): boolean | undefined;
}

/** Why a command for stocks refuses a contract. */
export const contractRefusal = (symbol: string): TradecastError =>
  new TradecastError(
    'UNSUPPORTED_INSTRUMENT',
    `${symbol} is an option contract. Only stocks are taken here.`,
  );

/** The same sentence on whatever route the stock is asked for. */
export const unknownStock = (symbol: string): TradecastError =>
  new TradecastError('UNKNOWN_SYMBOL', `${symbol} is not a known symbol.`);

/** Throws UNKNOWN_SYMBOL where there is no such stock, UNAVAILABLE where upstream cannot be asked now. */
export async function checkStock(
  instruments: Pick<InstrumentDirectory, 'get'>,
  symbol: string,
): Promise<void> {
  if ((await instruments.get(symbol)) === null) throw unknownStock(symbol);
}

/**
 * The stock that a name of contracts means: a symbol, or the root of a series, which has no dot (`BRKB` for BRK.B).
 * Throws as `checkStock`.
 */
export async function optionedStock(
  instruments: Pick<InstrumentDirectory, 'get'>,
  name: string,
): Promise<string> {
  if ((await instruments.get(name)) !== null) return name;
  const ofClass = name.replace(/^([A-Z]+)([A-Z])$/, '$1.$2');
  if (ofClass === name || (await instruments.get(ofClass)) === null) throw unknownStock(name);
  return ofClass;
}

/** The stocks among the symbols. Throws UNSUPPORTED_INSTRUMENT where all of them are contracts. */
export function onlyStocks(symbols: readonly string[]): string[] {
  const stocks = symbols.filter((symbol) => instrumentOf(symbol).kind === 'stock');
  const [first] = symbols;
  if (stocks.length === 0 && first !== undefined) throw contractRefusal(first);
  return stocks;
}
