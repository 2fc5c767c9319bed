import type { MarketFeed } from '../../domain/market/feed.ts';
import type { MarketHours } from '../../domain/market/market-hours.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';

export interface MassiveFeedOptions {
  readonly apiKey: string;
  readonly wsUrl: string;
  readonly restUrl: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Tells a quiet market from a dead feed. */
  readonly hours: MarketHours;
  readonly recordFile?: string | null;
}

export declare function createMassiveFeed(options: MassiveFeedOptions): MarketFeed;
