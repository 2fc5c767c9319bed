import type { QuoteState } from '../../protocol/quotes.ts';
import type { Candle } from './candle.ts';
import { createCandleBook } from './candle-book.ts';
import type { FeedSink } from './feed.ts';
import type { Quote } from './quote.ts';
import { createQuoteBook } from './quote-book.ts';

/** What the engine keeps of the market: the latest quote and the day's candles of each symbol. */
export interface EngineBooks {
  /** Where the feed's ticks arrive. */
  readonly ticks: Pick<FeedSink, 'trade' | 'nbbo' | 'bar' | 'day' | 'candles' | 'dropped' | 'restarted'>;
  /** Since the process started. */
  readonly counters: Readonly<{ ticks: number; dropped: number }>;
  /** When the last tick was received, milliseconds since epoch; null before the first. */
  lastTickAt(): number | null;
  takeChanged(stateOf: (symbol: string, receivedAt: number) => QuoteState): Quote[];
  /** Marks the symbol as changed. */
  touch(symbol: string): void;
  touchAll(): void;
  forgetQuotes(): void;
  candles(symbol: string): Candle[];
}

export function createEngineBooks(): EngineBooks {
  const book = createQuoteBook();
  const candles = createCandleBook();
  const counters = { ticks: 0, dropped: 0 };
  let lastTickAt: number | null = null;

  const count = (receivedAt: number): void => {
    counters.ticks += 1;
    lastTickAt = receivedAt;
  };

  return {
    ticks: {
      trade(trade) {
        count(trade.receivedAt);
        if (book.trade(trade)) candles.trade(trade);
      },
      nbbo(nbbo) {
        count(nbbo.receivedAt);
        book.nbbo(nbbo);
      },
      bar(bar) {
        count(bar.receivedAt);
        book.bar(bar);
        candles.bar(bar);
      },
      day(day) {
        count(day.receivedAt);
        book.day(day);
      },
      candles: candles.fill,
      dropped(dropped) {
        counters.dropped += dropped;
      },
      restarted() {
        book.clear();
        candles.clear();
      },
    },
    counters,
    lastTickAt: () => lastTickAt,
    takeChanged: book.takeChanged,
    touch: book.touch,
    touchAll: book.touchAll,
    forgetQuotes: book.clear,
    candles: candles.get,
  };
}
