import type { QuoteState } from '../../protocol/quotes.ts';
import type { Candle } from './candle.ts';
import { createCandleBook } from './candle-book.ts';
import type { FeedSink } from './feed.ts';
import type { Quote } from './quote.ts';
import { createQuoteBook, type QuoteBook, type QuoteBookOptions } from './quote-book.ts';

/** What the engine keeps of the market: the latest quote and the day's candles of each symbol. */
export interface EngineBooks extends Pick<QuoteBook, 'plan' | 'adjusted' | 'today'> {
  /** Where the feed's ticks arrive. */
  readonly ticks: Pick<
    FeedSink,
    'trade' | 'nbbo' | 'halt' | 'bar' | 'day' | 'candles' | 'dropped' | 'restarted'
  >;
  /** Since the process started. */
  readonly counters: Readonly<{ ticks: number; dropped: number }>;
  /** When the last tick was received, milliseconds since epoch; null before the first. */
  lastTickAt(): number | null;
  takeChanged(stateOf: (symbol: string, receivedAt: number) => QuoteState): Quote[];
  /** Marks the symbol as changed. */
  touch(symbol: string): void;
  touchAll(): void;
  /** What brought bid and ask of the symbol is gone, or of all symbols. */
  cut(symbol?: string): void;
  /** Forgets the contracts that are idle, and what was before today of idle stocks. */
  forgetIdle(now: number): void;
  /** Whether nothing is kept of the symbol, and nothing will come. */
  isGone(symbol: string): boolean;
  forgetQuotes(): void;
  /** A halt that an earlier engine was told. */
  haltAgain(symbol: string, haltedAt: number): void;
  candles(symbol: string): Candle[];
}

/** One that is wanted again within the minute goes on with that minute's trades: no feed repeats them. */
export const IDLE_KEPT_MS = 60_000;

export interface EngineBooksOptions extends Pick<QuoteBookOptions, 'onPrice' | 'onHalt' | 'now'> {
  /** The symbol is neither wanted nor sent. */
  readonly isIdle: (symbol: string) => boolean;
}

export function createEngineBooks(options: EngineBooksOptions): EngineBooks {
  const { isIdle } = options;
  const book = createQuoteBook(options);
  const candles = createCandleBook();
  const isGone = (symbol: string): boolean => !book.has(symbol) && isIdle(symbol);
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
      halt: book.halt,
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
    touchAll: () => book.touch(),
    cut: book.cut,
    plan: book.plan,
    adjusted: book.adjusted,
    today: book.today,
    forgetIdle(now) {
      book.forget(now - IDLE_KEPT_MS);
      candles.forget((symbol, isPast) => (isPast ? isIdle(symbol) : isGone(symbol)));
    },
    isGone,
    forgetQuotes: book.clear,
    haltAgain: book.haltAgain,
    candles: candles.get,
  };
}
