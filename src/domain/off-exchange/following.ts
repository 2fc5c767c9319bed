import { newYorkDay } from '../../protocol/new-york.ts';
import type { Follow, WholeMarketTime } from './sums-store.ts';

/** Upstream confirms what was followed all the time this long after an engine begins. */
const CONFIRMED_MS = 10_000;

/** When each symbol was first followed on a day, where not every symbol is summed. */
export interface Following {
  /** Upstream sends the symbol's prints from now on, or does so no longer. */
  confirmed(symbol: string, flowing: boolean): void;
  /** The feed ends. */
  end(): void;
  /**
   * Another engine may have been there: what is followed is told again. To store it twice does no harm. Where that engine
   * summed every symbol until now, what is followed from the beginning on was summed since it was.
   */
  resume(wholeMarket: WholeMarketTime | null): void;
  /** What is new since the last call: a symbol that was followed, and each one that still is on a new day. */
  take(): Follow[];
}

/** `now` is the time of the prints that arrive now, milliseconds since epoch. */
export function createFollowing(now: () => number): Following {
  const since = new Map<string, number>();
  const untold = new Map<string, number>();
  let day = newYorkDay(now()).date;
  let inherited = { since: 0, until: Number.NEGATIVE_INFINITY };
  const tellAll = (): void => {
    for (const [symbol, time] of since) untold.set(symbol, time);
  };
  return {
    confirmed(symbol, flowing) {
      if (!flowing) since.delete(symbol);
      else if (!since.has(symbol)) {
        const time = now() <= inherited.until ? inherited.since : now();
        since.set(symbol, time);
        untold.set(symbol, time);
      }
    },
    end: () => since.clear(),
    resume(wholeMarket) {
      if (wholeMarket !== null && wholeMarket.until !== null) {
        inherited = { since: wholeMarket.since, until: now() + CONFIRMED_MS };
        for (const symbol of since.keys()) since.set(symbol, wholeMarket.since);
      }
      tellAll();
    },
    take() {
      const today = newYorkDay(now());
      if (today.date !== day) tellAll();
      day = today.date;
      const told = [...untold].map(([symbol, time]) => ({
        day,
        symbol,
        since: Math.max(time, today.start),
      }));
      untold.clear();
      return told;
    },
  };
}
