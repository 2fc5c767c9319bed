import type { TradeTick } from '../market/feed.ts';
import { createNumberSet, type NumberSet } from './number-set.ts';

/** Whether a print has been counted before; of a `forgotten` one nobody can tell. */
export type Sighting = 'new' | 'repeated' | 'forgotten';

/** Distinguishes a repeated print from a new one, for one day and in bounded memory. */
export interface SeenPrints {
  /**
   * A print is known by its symbol, facility and trade id, as the feed identifies it; without an id, by its sequence
   * number. Numbers rise per symbol: one that is not above the highest forgotten number is `forgotten`.
   */
  see(print: TradeTick): Sighting;
  /** Everything of this symbol up to this sequence number was seen: it is stored. */
  seenUntil(symbol: string, sequence: number): void;
  clear(): void;
}

/** Prints of half a minute of the whole market's busiest, or of a day of a few symbols; 2 MB. A power of two. */
export const SEEN_PRINTS = 131_072;

/** Facilities are numbered 201 to 203; room for a few more. */
const FIRST_FACILITY = 200;
const FACILITIES = 8;
/** Ids of so many digits fit into a number beside the symbol and the facility. */
const MAX_DIGITS = 10;
const IDS = 10 ** MAX_DIGITS;
/** Symbols whose prints fit so: more than US equity markets list. */
const MAX_SYMBOLS = 32_768;

/** Prints that were seen one after another, and how far their numbers went by symbol. */
interface Generation {
  readonly numbers: NumberSet;
  /** Those whose id does not fit into a number. */
  readonly texts: Set<string>;
  readonly highest: Float64Array;
}

/** The digits as a number; undefined for any other text, and for one that begins with 0. */
function digitsOf(text: string): number | undefined {
  if (text.length === 0 || text.length > MAX_DIGITS || text.charCodeAt(0) === 0x30) return undefined;
  let value = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (!(digit >= 0 && digit <= 9)) return undefined;
    value = value * 10 + digit;
  }
  return value;
}

/** Symbol, facility and id in one number below 2^53, no two alike; undefined where one of them does not fit. */
function numberOf(symbol: number, { trf, tradeId }: TradeTick): number | undefined {
  const facility = trf - FIRST_FACILITY;
  const id = digitsOf(tradeId);
  if (id === undefined || !(facility > 0 && facility < FACILITIES)) return undefined;
  return (symbol * FACILITIES + facility) * IDS + id;
}

function textOf(symbol: number, { trf, tradeId, sequence }: TradeTick): string | undefined {
  if (tradeId !== '') return `${symbol}|${trf}|${tradeId}`;
  return sequence > 0 ? `${symbol}#${sequence}` : undefined;
}

/** Two generations: the older one is forgotten as a whole, so a print stays for at least `capacity` others. */
export function createSeenPrints(capacity = SEEN_PRINTS): SeenPrints {
  const symbols = new Map<string, number>();
  const forgotten = new Float64Array(MAX_SYMBOLS);
  const newGeneration = (): Generation => ({
    numbers: createNumberSet(capacity),
    texts: new Set(),
    highest: new Float64Array(MAX_SYMBOLS),
  });
  let [older, current] = [newGeneration(), newGeneration()];

  const indexOf = (symbol: string): number => {
    const found = symbols.get(symbol);
    if (found !== undefined) return found;
    const index = symbols.size;
    if (index < MAX_SYMBOLS) symbols.set(symbol, index);
    return index;
  };
  const age = (): void => {
    for (const [symbol, sequence] of older.highest.entries())
      if (sequence > (forgotten[symbol] as number)) forgotten[symbol] = sequence;
    older = current;
    current = newGeneration();
  };
  /** False where it was there. */
  const remember = (symbol: number, print: TradeTick): boolean => {
    const number = numberOf(symbol, print);
    if (number !== undefined) {
      if (current.numbers.has(number) || older.numbers.has(number)) return false;
      current.numbers.add(number);
      return true;
    }
    const text = textOf(symbol, print);
    if (text === undefined) return true;
    if (current.texts.has(text) || older.texts.has(text)) return false;
    current.texts.add(text);
    return true;
  };

  return {
    seenUntil(symbol, sequence) {
      const index = indexOf(symbol);
      if (sequence > (forgotten[index] as number)) forgotten[index] = sequence;
    },
    see(print) {
      const { sequence } = print;
      const symbol = indexOf(print.symbol);
      if (symbol >= MAX_SYMBOLS) return 'forgotten';
      if (current.numbers.size() + current.texts.size >= capacity) age();
      if (!remember(symbol, print)) return 'repeated';
      if (sequence > 0 && sequence <= (forgotten[symbol] as number)) return 'forgotten';
      if (sequence > (current.highest[symbol] as number)) current.highest[symbol] = sequence;
      return 'new';
    },
    clear() {
      symbols.clear();
      forgotten.fill(0);
      older = newGeneration();
      current = newGeneration();
    },
  };
}
