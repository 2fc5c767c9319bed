import type { TradeTick } from './feed.ts';

/** Distinguishes a repeated trade from a new one, in bounded memory, for one symbol and day. */
export interface RecentTrades {
  /**
   * True the first time. A trade is known as the feed identifies it: by its id, unique per exchange and reporting
   * facility. Without an id its sequence number is unique per symbol, and one that is older than the memory counts as seen:
   * better a share too few in the volume than one twice. Without either, every trade is new.
   */
  isNew(trade: TradeTick): boolean;
  clear(): void;
}

/** Upstream repeats itself, if at all, within the frames of a second; the busiest symbols trade 500 times in it. */
const MEMORY = 512;
/** Exchanges and facilities are numbered below this. */
const VENUES = 1_000;

/** One generation of trades: ids and numbers by venue. */
type Seen = Map<number, Set<string | number>>;

/** Numbers stand beside the ids of all venues. */
const NUMBERS = -1;

export function createRecentTrades(): RecentTrades {
  // Most option contracts never trade: for them nothing is made.
  let current: Seen | undefined;
  // The older generation is forgotten as a whole, so a trade stays for at least as many others.
  let older: Seen | undefined;
  let count = 0;
  /** The highest number so far, and the highest of what is forgotten, each with its time. */
  const highest = { sequence: 0, time: 0 };
  const lately = { sequence: 0, time: 0 };
  const forgotten = { sequence: 0, time: 0 };

  const age = (): void => {
    older = current;
    current = undefined;
    count = 0;
    Object.assign(forgotten, lately);
    Object.assign(lately, highest);
  };
  const remember = (venue: number, name: string | number): boolean => {
    if (current?.get(venue)?.has(name) || older?.get(venue)?.has(name)) return false;
    if (count === MEMORY) age();
    count += 1;
    current ??= new Map();
    const names = current.get(venue);
    if (names) names.add(name);
    else current.set(venue, new Set([name]));
    return true;
  };

  return {
    isNew({ tradeId, exchange, trf, sequence, sourceTime: time }) {
      if (tradeId !== '') return remember(exchange * VENUES + trf, tradeId);
      if (sequence === 0) return true;
      // Lower numbers at a later time: upstream began to count again.
      if (sequence <= forgotten.sequence && time <= forgotten.time) return false;
      if (sequence > highest.sequence) Object.assign(highest, { sequence, time });
      return remember(NUMBERS, sequence);
    },
    clear() {
      current = older = undefined;
      count = 0;
      for (const mark of [highest, lately, forgotten]) Object.assign(mark, { sequence: 0, time: 0 });
    },
  };
}
