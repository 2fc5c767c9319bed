import type { MarketFeed } from '../../domain/market/feed.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';

export interface ReplayFeedOptions {
  /** NDJSON, gzip or not, one upstream event a line. */
  readonly file: string;
  /** Factor of the recorded pace, or as fast as it can be read. */
  readonly speed: number | 'max';
  readonly loop: boolean;
  readonly clock: Clock;
  readonly log: Log;
}

export declare function createReplayFeed(options: ReplayFeedOptions): MarketFeed;
