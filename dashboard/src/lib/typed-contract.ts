import { isDay } from '../../../src/protocol/new-york.ts';
import { isStockSymbol, parseSymbol, readContract, symbolForms } from '../../../src/protocol/symbol.ts';

/** What a person says of a contract; what is left out is null. */
export interface TypedContract {
  /** The stock, or the root of its contracts. */
  readonly root: string;
  /** YYYY-MM-DD. */
  readonly expiry: string | null;
  /** Dollars. */
  readonly strike: number;
  readonly right: 'call' | 'put' | null;
}

const RIGHT = String.raw`(?:\s*(c|p|call|put)s?)?`;
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAY = String.raw`\d{1,2} (?:${MONTHS.join('|')}) 20\d{2}`;
const EXPIRY = String.raw`(?:(20\d{2}-\d{2}-\d{2}|\d{6}|${DAY})\s*)?`;
const STRIKE = String.raw`\$?(\d{1,5}(?:\.\d{1,3})?)`;
/** `spy 650`, `SPY 650 put`, `SPY 251219 C 650`, `SPY 19 Dec 2025 650 call`, `SPY 2025-12-19 650c`. */
const TYPED = new RegExp(
  String.raw`^([a-z]{1,6}(?:[-\u2010-\u2015./][a-z]{1,2})?)\s+${EXPIRY}${RIGHT}\s*${STRIKE}${RIGHT}$`,
  'i',
);

function toExpiry(text: string): string {
  if (text.includes('-')) return text;
  const [day = '', month = '', year] = text.toLowerCase().split(' ');
  if (year === undefined) return `20${text.slice(0, 2)}-${text.slice(2, 4)}-${text.slice(4)}`;
  return `${year}-${String(MONTHS.indexOf(month) + 1).padStart(2, '0')}-${day.padStart(2, '0')}`;
}

const toRight = (word: string | undefined): TypedContract['right'] =>
  word === undefined ? null : word.toLowerCase().startsWith('c') ? 'call' : 'put';

/** What `text` says of a contract; null where it is of something else. */
export function readTypedContract(text: string): TypedContract | null {
  const match = TYPED.exec(text.trim());
  if (!match) return null;
  const [, root = '', expiry, before, strike, after] = match;
  // The case counts: AMpB has no contracts, and AMPB is another company.
  const [stock] = symbolForms(root).filter(isStockSymbol);
  const day = expiry === undefined ? null : toExpiry(expiry);
  if (stock === undefined || (day !== null && !isDay(day)) || (before !== undefined && after !== undefined))
    return null;
  return {
    root: stock,
    expiry: day,
    strike: Number(strike),
    right: toRight(before ?? after),
  };
}

/** The symbol of a contract that is named completely. */
function toContract({ root, expiry, strike, right }: TypedContract): string | null {
  if (expiry === null || right === null) return null;
  const date = expiry.slice(2).replaceAll('-', '');
  const digits = String(Math.round(strike * 1_000)).padStart(8, '0');
  const symbol = `O:${root}${date}${right === 'call' ? 'C' : 'P'}${digits}`;
  return parseSymbol(symbol) ? symbol : null;
}

/** The contract that `text` names in full, by its symbol (with or without `O:`) or in words; null where it names none. */
export function contractNamed(text: string): string | null {
  const named = readContract(text);
  if (named !== null) return named;
  const typed = readTypedContract(text);
  return typed && toContract(typed);
}
