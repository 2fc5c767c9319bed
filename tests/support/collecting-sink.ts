import type { Candle } from '../../src/domain/market/candle.ts';
import type {
  BarTick,
  DayTick,
  FeedSink,
  FeedStatus,
  HaltTick,
  NbboTick,
  TradeTick,
} from '../../src/domain/market/feed.ts';

/** A sink that keeps what it hears and lets a test wait for it. */
export interface CollectingSink extends FeedSink {
  readonly trades: TradeTick[];
  readonly quotes: NbboTick[];
  readonly bars: BarTick[];
  readonly halts: HaltTick[];
  readonly days: DayTick[];
  readonly candleFills: Map<string, readonly Candle[]>;
  readonly flowing: Set<string>;
  readonly statuses: FeedStatus[];
  readonly counts: { dropped: number; mayBePrints: number; restarted: number };
  /** Resolves once `condition` holds; it is looked at after each call of the sink. */
  until(condition: (sink: CollectingSink) => boolean): Promise<void>;
}

export function createCollectingSink(): CollectingSink {
  const waiting = new Set<() => void>();
  const heard = (): void => {
    for (const look of waiting) look();
  };
  const sink: CollectingSink = {
    trades: [],
    quotes: [],
    bars: [],
    halts: [],
    days: [],
    candleFills: new Map(),
    flowing: new Set(),
    statuses: [],
    counts: { dropped: 0, mayBePrints: 0, restarted: 0 },
    trade(tick) {
      sink.trades.push(tick);
      heard();
    },
    nbbo(tick) {
      sink.quotes.push(tick);
      heard();
    },
    halt(tick) {
      sink.halts.push(tick);
      heard();
    },
    bar(tick) {
      sink.bars.push(tick);
      heard();
    },
    day(tick) {
      sink.days.push(tick);
      heard();
    },
    candles(symbol, candles) {
      sink.candleFills.set(symbol, candles);
      heard();
    },
    confirmed(symbol, isFlowing) {
      if (isFlowing) sink.flowing.add(symbol);
      else sink.flowing.delete(symbol);
      heard();
    },
    dropped(count, mayBePrints = false) {
      sink.counts.dropped += count;
      if (mayBePrints) sink.counts.mayBePrints += count;
      heard();
    },
    restarted() {
      sink.counts.restarted += 1;
      heard();
    },
    status(status) {
      sink.statuses.push(status);
      heard();
    },
    until(condition) {
      return new Promise((resolve) => {
        const look = (): void => {
          if (!condition(sink)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      });
    },
  };
  return sink;
}
