import { existsSync } from 'node:fs';
import { createMassiveFeed } from '../adapters/massive/feed.ts';
import { createMassiveInstruments } from '../adapters/massive/instruments.ts';
import { createReplayFeed } from '../adapters/replay/feed.ts';
import { createReplayInstruments } from '../adapters/replay/instruments.ts';
import { createSimulatedFeed } from '../adapters/simulated/feed.ts';
import { createSimulatedInstruments } from '../adapters/simulated/instruments.ts';
import type { FeedConfig } from '../config/index.ts';
import type { InstrumentDirectory } from '../domain/instrument/directory.ts';
import type { MarketFeed } from '../domain/market/feed.ts';
import type { MarketHours } from '../domain/market/market-hours.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { StartupError } from '../lib/startup-error.ts';

/** A feed and what can be looked up in its world. */
export interface MarketSource {
  readonly feed: MarketFeed;
  readonly instruments: InstrumentDirectory;
  /** What somebody sees first who has chosen nothing yet. Fails where a recording cannot be read. */
  featured(): Promise<readonly string[]>;
}

const WELL_KNOWN = ['SPY', 'QQQ', 'AAPL', 'MSFT', 'NVDA', 'TSLA', 'AMZN', 'JPM'];

export interface MarketSourceParts {
  readonly feed: FeedConfig;
  readonly apiKey: string | null;
  readonly clock: Clock;
  readonly hours: MarketHours;
  readonly log: Log;
}

/** The market the configuration names. */
export function createMarketSource({ feed, apiKey, clock, hours, log }: MarketSourceParts): MarketSource {
  const featured = async (): Promise<readonly string[]> => WELL_KNOWN;
  switch (feed.source) {
    case 'simulated':
      return {
        feed: createSimulatedFeed({ clock, ...feed }),
        instruments: createSimulatedInstruments(),
        featured,
      };
    case 'replay': {
      if (!existsSync(feed.file)) throw new StartupError(`REPLAY_FILE ${feed.file} does not exist.`);
      const instruments = createReplayInstruments(feed);
      return {
        feed: createReplayFeed({ clock, log, ...feed }),
        instruments,
        // A recording has the symbols it has, and often only a few.
        featured: async () =>
          (await instruments.search('', WELL_KNOWN.length)).map((instrument) => instrument.symbol),
      };
    }
    case 'massive':
      return {
        feed: createMassiveFeed({ apiKey: apiKey ?? '', clock, hours, log, ...feed }),
        instruments: createMassiveInstruments({ apiKey: apiKey ?? '', clock, log, ...feed }),
        featured,
      };
  }
}
