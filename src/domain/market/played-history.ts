import { TradecastError } from '../../protocol/errors.ts';
import { aggregateBars, barStart } from './bars.ts';
import type { Candle } from './candle.ts';
import type { Freshness, MarketHistory } from './history.ts';

export interface PlayedHistoryParts {
  /** One-minute candles of the day that is played, oldest first. Throws UNAVAILABLE. */
  candles(symbol: string): Promise<readonly Candle[]>;
}

const PLAYED: Freshness = { delayed: false, stale: false };

const notRecorded = (): TradecastError =>
  new TradecastError('NOT_IN_PLAN', 'The recording has only the day that it plays, up to now.');

/** The history of a recording: the minutes that have been played. */
export function createPlayedHistory({ candles }: PlayedHistoryParts): MarketHistory {
  async function playedOf(symbol: string): Promise<readonly [Candle, ...Candle[]]> {
    const [first, ...rest] = await candles(symbol);
    if (!first) throw notRecorded();
    return [first, ...rest];
  }

  return {
    async bars({ symbol, from, to, limit, ...size }) {
      const played = await playedOf(symbol);
      // `from` may lie within a bar, which is whole.
      const first = barStart(from, size, from);
      const inRange = played.filter(({ start }) => start >= first && start <= to);
      if (inRange.length === 0) throw notRecorded();
      const bars = aggregateBars(inRange, size, from);
      return { ...PLAYED, bars: bars.slice(-limit), truncated: bars.length > limit };
    },
    async snapshot(symbol) {
      const played = await playedOf(symbol);
      const minute = played.at(-1)!;
      const [day] = aggregateBars(played, { timespan: 'day', multiplier: 1 }, played[0].start);
      return {
        ...PLAYED,
        symbol,
        updatedAt: minute.start,
        day,
        minute,
        previousDay: undefined,
        lastTrade: undefined,
        lastQuote: undefined,
      };
    },
    // What the engine is asked for has a time-out of its own.
    stop() {},
  };
}
