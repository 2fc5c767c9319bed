/**
 * The one grammar of symbols, for server and browser.
 *
 * Stocks are written as Massive writes them, which is how the consolidated tape does (CQS symbol convention,
 * nasdaqtrader.com/trader.aspx?id=CQSsymbolconvention): a root of capitals, then what kind of share it is. Option
 * contracts are `O:` and the OCC symbol without its blanks. Case matters: `AMpB` is a preferred share of AM,
 * `AMPB` is another company.
 */

import { isDay } from './new-york.ts';

export interface StockSymbol {
  readonly kind: 'stock';
  readonly root: string;
  /** What follows the root: `.B` a class, `pL` a preferred share, `.WS.A` a warrant, `r` a right; empty for most. */
  readonly suffix: string;
}

export interface OptionSymbol {
  readonly kind: 'option';
  /** Of the option series: mostly the underlying, `BRKB` for BRK.B. A digit at its end marks an adjusted contract. */
  readonly root: string;
  /** YYYY-MM-DD. */
  readonly expiry: string;
  readonly right: 'call' | 'put';
  /** Dollars, at most three decimals. */
  readonly strike: number;
}

export type ParsedSymbol = StockSymbol | OptionSymbol;

/** `O:`, a root of six, six digits of date, C or P, eight digits of strike. */
export const MAX_SYMBOL_LENGTH = 23;
/** Longer than a symbol in any spelling. */
const MAX_TYPED_LENGTH = 32;

const STOCK = /^([A-Z]{1,6})((?:p[A-Z]?|r)?(?:\.[A-Z]{1,2}){0,2}w?)$/;
const OPTION = /^O:([A-Z]{1,6}|[A-Z]{1,5}[1-9])(\d{2})(\d{2})(\d{2})([CP])(\d{8})$/;
const STRIKE_FACTOR = 1_000;

/** The calendar day as YYYY-MM-DD, or null where there is no such day. Two digits of year are of this century. */
function toExpiry(year: string, month: string, day: string): string | null {
  const expiry = `20${year}-${month}-${day}`;
  return isDay(expiry) ? expiry : null;
}

/** Takes a symbol apart; null for anything that is not written exactly as the grammar has it. */
export function parseSymbol(text: string): ParsedSymbol | null {
  const stock = STOCK.exec(text);
  if (stock) {
    const [, root = '', suffix = ''] = stock;
    return { kind: 'stock', root, suffix };
  }
  const contract = OPTION.exec(text);
  if (!contract) return null;
  const [, root = '', year = '', month = '', day = '', right, digits] = contract;
  const expiry = toExpiry(year, month, day);
  const strike = Number(digits) / STRIKE_FACTOR;
  if (expiry === null || !(strike > 0)) return null;
  return { kind: 'option', root, expiry, right: right === 'C' ? 'call' : 'put', strike };
}

/** The symbol of a contract; the reverse of `parseSymbol`. */
export function contractSymbol({ root, expiry, right, strike }: Omit<OptionSymbol, 'kind'>): string {
  const date = expiry.slice(2).replaceAll('-', '');
  const digits = String(Math.round(strike * STRIKE_FACTOR)).padStart(8, '0');
  return `O:${root}${date}${right === 'call' ? 'C' : 'P'}${digits}`;
}

/** Shares of an option contract whose terms nothing has adjusted. */
const CONTRACT_SIZE = 100;

/**
 * Shares that one unit of the symbol stands for: 1 for a share, 100 for a contract, null for an adjusted contract,
 * whose terms only a directory knows. Anything else counts as a stock.
 */
export function multiplierOf(symbol: string): 1 | typeof CONTRACT_SIZE | null {
  const parsed = parseSymbol(symbol);
  if (parsed?.kind !== 'option') return 1;
  return isAdjustedContract(symbol) ? null : CONTRACT_SIZE;
}

/** Characters of a contract's symbol behind its root: day, right and strike. */
const BEHIND_ROOT = 15;
const [ZERO, NINE] = [48, 57];

/** Whether a corporate action has changed what the contract delivers: its root ends with a digit. Asked at every tick. */
export function isAdjustedContract(contract: string): boolean {
  const last = contract.charCodeAt(contract.length - BEHIND_ROOT - 1);
  return last >= ZERO && last <= NINE;
}

/** Whether a program that writes `text` means an option contract. */
export const isContract = (text: string): boolean => parseSymbol(readSymbol(text) ?? '')?.kind === 'option';

/** The contract that a program or a person names by its symbol, with or without `O:` and with the blanks of OCC. */
export function readContract(text: string): string | null {
  const compact = text.replace(/\s+/g, '');
  for (const symbol of [compact, `O:${compact}`]) if (isContract(symbol)) return readSymbol(symbol);
  return null;
}

export const isStockSymbol = (text: string): boolean => STOCK.test(text);

/** Of English letters only: other scripts have letters whose capitals are English (`ß`, `ı`). */
const toCapitals = (text: string): string => text.replace(/[a-z]/g, (letter) => letter.toUpperCase());

/**
 * A small letter where the grammar has one: a `p` behind a capital, an `r` or `w` behind two. What is written like this
 * names a kind of share, and is never another one in capitals. Other small letters are a manner of writing (`Brk.b`).
 */
const namesKind = (text: string): boolean => /[A-Z]p|[A-Z]{2}[rw]/.test(text);

/**
 * The symbol that a program means by `text`: as it is written, else in capitals; null where neither is a symbol.
 * `aapl` is AAPL and `BACpL` is BACpL, but `bacpl` is BACPL and `BACpl` is none: an order is never moved to a share by a
 * guess.
 */
export function readSymbol(text: string): string | null {
  if (parseSymbol(text)) return text;
  const capitals = toCapitals(text);
  const inCapitals = parseSymbol(capitals);
  return inCapitals?.kind === 'option' || (inCapitals && !namesKind(text)) ? capitals : null;
}

/** Dashes also as texts are typeset: a pasted `BRK–B` has one. */
const SEPARATORS = /[\s\-\u2010-\u2015\u2212/.$_^]+/;
const TRAILING_SEPARATORS = new RegExp(`${SEPARATORS.source}$`);
/** `.WS.A` is about every warrant of this series; `$BRK.B` is about one share. */
const SUFFIX_ALONE = /^[-\u2010-\u2015\u2212/.](?=[A-Z])/;
/** What was typed without the separator that a suffix is about to follow: `brk-` is about BRK. */
export const withoutTrailingSeparator = (typed: string): string => typed.replace(TRAILING_SEPARATORS, '');

/** The parts of a symbol between its separators, in capitals. The plus of the NYSE is a warrant: `ACHR+`, `ACHR+A`. */
const partsOf = (text: string): string[] =>
  toCapitals(text)
    .replace(/(?<=[A-Z])\+/, ' WS ')
    .split(SEPARATORS)
    .filter((part) => part !== '');

/** The letters and digits of a symbol, in capitals: what its spellings have in common. */
const lettersOf = (text: string): string => partsOf(text).join('');

/**
 * What was typed in capitals, unless its small letters name a kind of share. A word with a capital at its beginning is
 * what phones make of small letters.
 */
export const foldTyped = (typed: string): string =>
  namesKind(typed) && !/^[A-Z][^A-Z]*$/.test(typed) ? typed : toCapitals(typed);

/** Brokers write preferred shares like this (`BAC.PR.L`); the tape has no class of that name. */
const PREFERRED_BY_DOTS = /\.PR(?:\.[A-Z])?$/;

/**
 * Whether the text can be read in one way only: a symbol with a small letter or a dot, or small letters that name a kind.
 * `AMpB` and `BF.B` are no spellings of another share.
 */
const isLiteral = (text: string): boolean =>
  (parseSymbol(text) !== null && /[a-z.]/.test(text) && !PREFERRED_BY_DOTS.test(text)) ||
  foldTyped(text) !== toCapitals(text);

/**
 * Says of a symbol whether a person who typed this much may mean it: it is written like this, or it begins with these
 * letters. `brk-` may mean BRK.A and BRK.B. Nothing typed means all.
 */
export function createTypedMatch(typed: string): (symbol: string) => boolean {
  const text = typed.trim();
  const forms = symbolForms(typed);
  const [only] = forms;
  if (only !== undefined && isLiteral(text)) return (symbol) => symbol.startsWith(only);
  const letters = lettersOf(typed);
  if (SUFFIX_ALONE.test(toCapitals(text))) {
    const suffix = `.${partsOf(text).join('.')}`;
    return (symbol) => symbol.includes(suffix);
  }
  if (letters === '' && text !== '') return () => false;
  return (symbol) => forms.includes(symbol) || lettersOf(symbol).startsWith(letters);
}

/** `brk-b`, `BAC PRL`, `ACHR/WS/A`, `ACHR-WTA`: a dot for each separator, a preferred share, or a warrant. */
function separatedForms([root = '', ...rest]: readonly string[]): string[] {
  const forms = [`${root}.${rest.join('.')}`];
  const preferred = /^(?:PR|P|)([A-Z]?)$/.exec(rest.join(''));
  if (preferred) forms.push(`${root}p${preferred[1]}`);
  const warrant = /^W[ST]([A-Z]?)$/.exec(rest.join(''));
  if (warrant) forms.push(`${root}.WS${warrant[1] && '.'}${warrant[1]}`);
  return forms;
}

/** `bacpl`, `brkb`, `achrws`: a preferred share, a right, an issue to come, a warrant or a class run together. */
const joinedForms = (text: string): string[] => [
  text.replace(/P([A-Z]?)$/, 'p$1'),
  text.replace(/[RW]$/, (letter) => letter.toLowerCase()),
  text.replace(/WS([A-Z]?)$/, (_, series: string) => (series === '' ? '.WS' : `.WS.${series}`)),
  text.replace(/([A-Z])$/, '.$1'),
];

/**
 * The symbols that a person may mean by what was typed, the closest first. The first of them that exists is meant:
 * `bacpl` finds BACpL only where there is no BACPL, `brk-b` and `BRKB` find BRK.B, `AMpB` and `AMpb` nothing but AMpB.
 */
export function symbolForms(typed: string): string[] {
  const text = typed.trim();
  if (text.length > MAX_TYPED_LENGTH) return [];
  // Of small letters that name a kind only the series may be written small (`AMpb`).
  if (isLiteral(text))
    return [isStockSymbol(text) ? text : text.replace(/(?<=[A-Z]p)[a-z]$/, toCapitals)].filter(isStockSymbol);
  const capitals = toCapitals(text);
  if (SUFFIX_ALONE.test(capitals)) return [];
  const parts = partsOf(text);
  const others = parts.length > 1 ? separatedForms(parts) : joinedForms(parts[0] ?? '');
  return [...new Set([text, capitals, ...others])].filter((form) => parseSymbol(form) !== null);
}
