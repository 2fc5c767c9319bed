import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { FeedHealth } from '../../protocol/payloads.ts';
import type { Bus } from '../cluster/bus.ts';
import type { Candle } from './candle-book.ts';
import type { MarketFeed } from './feed.ts';
import type { MarketHours } from './market-hours.ts';
import type { Quote } from './quote.ts';

export interface MarketOptions {
  readonly feed: MarketFeed;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly hours: MarketHours;
  readonly log: Log;
  /** This replica's name; its own demand never expires. */
  readonly replica: string;
  readonly flushIntervalMs: number;
  /** How long a symbol stays subscribed after the last one who wanted it, milliseconds. */
  readonly lingerMs?: number;
  /** Upstream gave our connection to somebody else: hand the engine lease over. */
  readonly onLost?: () => void;
}

/** The engine's side of market data: runs the feed while this replica holds the lease. */
export interface Market {
  start(fencing: number): void;
  stop(): Promise<void>;
  /** Everything `holder` wants from now on. A symbol new to it is published even if it has not changed. */
  setDemand(holder: string, symbols: Iterable<string>): void;
  /** The latest quote with its state as of now. */
  get(symbol: string): Quote | undefined;
  /** Called on each tick of the symbol that changed its quote, before it is flushed. Returns what ends it. */
  watch(symbol: string, listener: (quote: Quote) => void): () => void;
  /** One-minute candles of the current day, oldest first. */
  candles(symbol: string): readonly Candle[];
  health(): Pick<FeedHealth, 'source' | 'state' | 'lastTickAgeMs' | 'detail'>;
  readonly counters: Readonly<{ ticks: number; dropped: number; published: number }>;
}

export declare function createMarket(options: MarketOptions): Market;
