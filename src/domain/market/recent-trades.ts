import type { TradeTick } from './feed.ts';

/** Distinguishes a repeated trade from a new one, in bounded memory, for one symbol and day. */
export interface RecentTrades {
  /**
   * True the first time. Sequence numbers are unique per symbol and day, and mostly rise. Without one, the trade's id
   * is unique per exchange and reporting facility. A number older than the memory counts as seen: better a share too
   * few in the volume than one twice.
   */
  isNew(trade: TradeTick): boolean;
  clear(): void;
}

/** Upstream repeats itself, if at all, within the frames of a second; the busiest symbols trade 500 times in it. */
const MEMORY = 512;

export function createRecentTrades(): RecentTrades {
  // Sequence numbers as a ring: almost every trade has a higher one than the last and needs no look-up.
  // Most option contracts never trade: for them it is not made.
  let ring: Float64Array | undefined;
  let next = 0;
  let highest = 0;
  let highestTime = 0;
  const keys = new Set<string>();

  const remember = (sequence: number): void => {
    ring ??= new Float64Array(MEMORY);
    ring[next] = sequence;
    next = (next + 1) % MEMORY;
  };

  return {
    isNew(trade) {
      const { sequence, sourceTime } = trade;
      if (sequence > highest) {
        highest = sequence;
        highestTime = sourceTime;
        remember(sequence);
        return true;
      }
      if (sequence > 0) {
        if (ring?.includes(sequence)) return false;
        const forgotten = ring?.[next] ?? 0;
        if (sequence < forgotten) {
          // Lower numbers at a later time: upstream began to count again.
          if (!(sourceTime > highestTime)) return false;
          ring?.fill(0);
          highest = sequence;
          highestTime = sourceTime;
        }
        remember(sequence);
        return true;
      }
      if (trade.tradeId === '') return true;
      const name = `${trade.exchange}|${trade.trf}|${trade.tradeId}`;
      if (keys.has(name)) return false;
      if (keys.size === MEMORY) keys.delete(keys.values().next().value as string);
      keys.add(name);
      return true;
    },
    clear() {
      ring = undefined;
      highest = 0;
      highestTime = 0;
      keys.clear();
    },
  };
}
