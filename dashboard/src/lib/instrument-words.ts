import { parseSymbol } from '../../../src/protocol/symbol.ts';
import { calendarDay, strikePrice } from './format.ts';

/** `SPY 19 Dec 2025 650 call`: a contract in words; a stock is its symbol. */
export function instrumentWords(symbol: string): string {
  const parsed = parseSymbol(symbol);
  if (parsed?.kind !== 'option') return symbol;
  const { root, expiry, strike, right } = parsed;
  return `${root} ${calendarDay(expiry)} ${strikePrice(strike)} ${right}`;
}
