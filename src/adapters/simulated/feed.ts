import type { MarketFeed } from '../../domain/market/feed.ts';
import type { Clock } from '../../lib/clock.ts';

export interface SimulatedFeedOptions {
  readonly clock: Clock;
  /** Quotes per symbol and second. */
  readonly updatesPerSecond?: number;
  /** The same seed gives the same ticks at the same times. */
  readonly seed?: number;
}

export declare function createSimulatedFeed(options: SimulatedFeedOptions): MarketFeed;
