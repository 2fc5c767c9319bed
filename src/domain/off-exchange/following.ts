import { newYorkDay } from '../../protocol/new-york.ts';
import type { Follow } from './sums-store.ts';

/** When each symbol was first followed on a day, where not every symbol is summed. */
export interface Following {
  /** Upstream sends the symbol's prints from now on, or does so no longer. */
  confirmed(symbol: string, flowing: boolean): void;
  /** The feed ends. */
  end(): void;
  /** Another engine may have been there: what is followed is told again. To store it twice does no harm. */
  resume(): void;
  /** What is new since the last call: a symbol that was followed, and each one that still is on a new day. */
  take(): Follow[];
}

/** `now` is the time of the prints that arrive now, milliseconds since epoch. */
export function createFollowing(now: () => number): Following {
  const since = new Map<string, number>();
  const untold = new Map<string, number>();
  let day = newYorkDay(now()).date;
  const tellAll = (): void => {
    for (const [symbol, time] of since) untold.set(symbol, time);
  };
  return {
    confirmed(symbol, flowing) {
      if (!flowing) since.delete(symbol);
      else if (!since.has(symbol)) {
        since.set(symbol, now());
        untold.set(symbol, now());
      }
    },
    end: () => since.clear(),
    resume: tellAll,
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
