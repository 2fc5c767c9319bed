import type { TradeTick } from '../market/feed.ts';

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

/** Prints of half a minute of the whole market's busiest, or of a day of a few symbols; about 15 MB. */
export const SEEN_PRINTS = 131_072;

/** Prints that were seen one after another, and how far their numbers went by symbol. */
interface Generation {
  readonly keys: Set<string>;
  readonly highest: Map<string, number>;
}

const newGeneration = (): Generation => ({ keys: new Set(), highest: new Map() });

function keyOf({ symbol, trf, tradeId, sequence }: TradeTick): string | null {
  if (tradeId !== '') return `${symbol}|${trf}|${tradeId}`;
  return sequence > 0 ? `${symbol}#${sequence}` : null;
}

/** Two generations: the older one is forgotten as a whole, so a print stays for at least `size` others. */
export function createSeenPrints(size = SEEN_PRINTS): SeenPrints {
  const forgotten = new Map<string, number>();
  let [older, current] = [newGeneration(), newGeneration()];

  const seenUntil = (symbol: string, sequence: number): void => {
    if (sequence > (forgotten.get(symbol) ?? 0)) forgotten.set(symbol, sequence);
  };
  const age = (): void => {
    for (const [symbol, sequence] of older.highest) seenUntil(symbol, sequence);
    older = current;
    current = newGeneration();
  };

  return {
    seenUntil,
    see(print) {
      const { symbol, sequence } = print;
      const key = keyOf(print);
      if (key === null) return 'new';
      if (current.keys.has(key) || older.keys.has(key)) return 'repeated';
      if (sequence > 0 && sequence <= (forgotten.get(symbol) ?? 0)) return 'forgotten';
      if (current.keys.size >= size) age();
      current.keys.add(key);
      if (sequence > (current.highest.get(symbol) ?? 0)) current.highest.set(symbol, sequence);
      return 'new';
    },
    clear() {
      forgotten.clear();
      older = newGeneration();
      current = newGeneration();
    },
  };
}
