import { createMassiveFeed } from '../adapters/massive/feed.ts';
import { createMassiveInstruments } from '../adapters/massive/instruments.ts';
import { createReplayFeed } from '../adapters/replay/feed.ts';
import { createReplayInstruments } from '../adapters/replay/instruments.ts';
import { createSimulatedFeed } from '../adapters/simulated/feed.ts';
import { createSimulatedInstruments } from '../adapters/simulated/instruments.ts';
import type { FeedConfig } from '../config/feed.ts';
import type { MarketSecrets } from '../config/index.ts';
import type { InstrumentDirectory } from '../domain/instrument/directory.ts';
import type { MarketFeed } from '../domain/market/feed.ts';
import type { MarketHours } from '../domain/market/market-hours.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';

/** A feed and the directory of its instruments. */
export interface MarketSource {
  readonly feed: MarketFeed;
  readonly instruments: InstrumentDirectory;
  /** Symbols for a user who has chosen none. Rejects where a recording cannot be read. */
  featured(): Promise<readonly string[]>;
}

export interface FeedParts {
  /** Each feed reads its own. */
  readonly secrets: MarketSecrets;
  readonly clock: Clock;
  readonly hours: MarketHours;
  readonly log: Log;
}

type ConfigOf<Source extends FeedConfig['source']> = Extract<FeedConfig, { readonly source: Source }>;

const WELL_KNOWN = ['SPY', 'QQQ', 'AAPL', 'MSFT', 'NVDA', 'TSLA', 'AMZN', 'JPM'];
const wellKnown = async (): Promise<readonly string[]> => WELL_KNOWN;

/** Every feed by the name that FEED gives it. */
const FEEDS: {
  [Source in FeedConfig['source']]: (feed: ConfigOf<Source>, parts: FeedParts) => MarketSource;
} = {
  simulated: (feed, { clock }) => ({
    feed: createSimulatedFeed({ clock, ...feed }),
    instruments: createSimulatedInstruments(),
    featured: wellKnown,
  }),
  replay(feed, { clock, log }) {
    const instruments = createReplayInstruments(feed);
    return {
      feed: createReplayFeed({ clock, log, ...feed }),
      instruments,
      // A recording has the symbols it has, and often only a few.
      featured: async () => (await instruments.search('', WELL_KNOWN.length)).map(({ symbol }) => symbol),
    };
  },
  massive(feed, { secrets, ...parts }) {
    const options = { ...parts, ...feed, apiKey: secrets.massiveApiKey ?? '' };
    return {
      feed: createMassiveFeed(options),
      instruments: createMassiveInstruments(options),
      featured: wellKnown,
    };
  },
};

/** The market that the configuration names. */
export const createMarketSource = <Source extends FeedConfig['source']>(
  feed: ConfigOf<Source> & { readonly source: Source },
  parts: FeedParts,
): MarketSource => FEEDS[feed.source](feed, parts);
