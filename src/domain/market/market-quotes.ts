import { TradecastError } from '../../protocol/errors.ts';
import type { BarPayload, DayPayload, MarketQuotePayload, SnapshotPayload } from '../../protocol/market.ts';
import { newYorkDate } from '../../protocol/new-york.ts';
import { type AnswerState, type AnswerStateParts, createAnswerState } from './answer-state.ts';
import type { Bar } from './bars.ts';
import type { DayBar, MarketHistory, MarketSnapshot } from './history.ts';
import type { MarketHours } from './market-hours.ts';
import { newestQuote } from './newest-quote.ts';
import { onDayOf, quoteToPayload } from './quote.ts';
import type { QuoteBoard } from './quote-board.ts';

/** One symbol by request, whether it is watched or not. */
export interface MarketQuotes {
  /**
   * What is watched, else what the source says, else the last close; what was watched before, where the source has
   * nothing newer. Throws UNKNOWN_SYMBOL, NOT_IN_PLAN, UNAVAILABLE.
   */
  quote(symbol: string): Promise<MarketQuotePayload>;
  /** The same with its parts. */
  snapshot(symbol: string): Promise<SnapshotPayload>;
  readonly stateOf: AnswerState;
}

export interface MarketQuotesParts extends AnswerStateParts {
  readonly board: Pick<QuoteBoard, 'get'>;
  readonly history: Pick<MarketHistory, 'snapshot'>;
  readonly hours: Pick<MarketHours, 'session' | 'lastClose'>;
}

export function createMarketQuotes(parts: MarketQuotesParts): MarketQuotes {
  const { board, history, hours, clock, origin } = parts;
  const stateOf = createAnswerState(parts);

  function fromSnapshot(snapshot: MarketSnapshot): MarketQuotePayload {
    const { symbol, day, minute, lastTrade, lastQuote, previousDay } = snapshot;
    // At night the snapshot has nothing of today, and says so by zeros with a status of 200.
    const price = day?.close ?? minute?.close ?? lastTrade?.price;
    if (price === undefined && previousDay === undefined)
      throw new TradecastError('UNKNOWN_SYMBOL', `The market data source knows nothing of ${symbol}.`);
    const now = clock.now();
    const sourceTime = price === undefined ? hours.lastClose(now) : (snapshot.updatedAt ?? now);
    const quote = onDayOf(now, {
      symbol,
      // What upstream says at night and at the weekend is of the day before. A recording has days of its own.
      ...(origin !== 'replay' && price !== undefined && { day: newYorkDate(sourceTime) }),
      price: price ?? previousDay!.close,
      bid: lastQuote?.bid,
      ask: lastQuote?.ask,
      open: day?.open,
      high: day?.high,
      low: day?.low,
      previousClose: previousDay?.close,
      volume: day?.volume ?? 0,
      sourceTime,
      receivedAt: now,
      state: price === undefined && !snapshot.stale ? 'closed' : stateOf(snapshot),
    });
    return { ...quoteToPayload(quote), source: price === undefined ? 'previous-close' : 'snapshot' };
  }

  return {
    stateOf,
    quote: (symbol) =>
      newestQuote(board.get(symbol), async () => fromSnapshot(await history.snapshot(symbol))),
    async snapshot(symbol) {
      const snapshot = await history.snapshot(symbol);
      const quote = await newestQuote(board.get(symbol), () => fromSnapshot(snapshot));
      return { ...quote, ...partsToPayload(snapshot) };
    },
  };
}

export const barToPayload = ({ start, ...bar }: Bar): BarPayload => ({ time: start / 1_000, ...bar });

/** By name: a source may hand out a bar, which has a start. */
const dayToPayload = ({ open, high, low, close, volume, vwap, trades }: DayBar): DayPayload => ({
  open,
  high,
  low,
  close,
  volume,
  vwap,
  trades,
});

function partsToPayload({ lastTrade, lastQuote, day, minute, previousDay }: MarketSnapshot) {
  return {
    lastTrade: lastTrade && withTimestamp(lastTrade),
    lastQuote: lastQuote && withTimestamp(lastQuote),
    day: day && dayToPayload(day),
    minute: minute && barToPayload(minute),
    previousDay: previousDay && dayToPayload(previousDay),
  };
}

const withTimestamp = <Part extends { readonly time: number }>({ time, ...part }: Part) => ({
  ...part,
  timestamp: new Date(time).toISOString(),
});
