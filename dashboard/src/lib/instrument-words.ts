import { parseSymbol } from '../../../src/protocol/symbol.ts';
import { calendarDay, strikePrice } from './format.ts';

/** `SPY 19 Dec 2025 650 call`: a contract in words; a stock is its symbol. */
export function instrumentWords(symbol: string): string {
  const parsed = parseSymbol(symbol);
  if (parsed?.kind !== 'option') return symbol;
  const { root, expiry, strike, right } = parsed;
  return `${root} ${calendarDay(expiry)} ${strikePrice(strike)} ${right}`;
}

export interface ShortName {
  /** The symbol of a stock, the root of a contract. */
  readonly root: string;
  /** `19 Dec 25 650 C`; null for a stock. */
  readonly terms: string | null;
}

/** The same for a narrow place. */
export function shortName(symbol: string): ShortName {
  const parsed = parseSymbol(symbol);
  if (parsed?.kind !== 'option') return { root: symbol, terms: null };
  const { root, expiry, strike, right } = parsed;
  // The year is the last word of the day.
  const day = calendarDay(expiry).replace(/\d\d(\d\d)$/, '$1');
  return { root, terms: `${day} ${strikePrice(strike)} ${right === 'call' ? 'C' : 'P'}` };
}
