import { createMassiveDiscreet } from '../adapters/massive/discreet.ts';
import { createMassiveFeed } from '../adapters/massive/feed.ts';
import { createMassiveHistory } from '../adapters/massive/history.ts';
import { createMassiveInstruments } from '../adapters/massive/instruments.ts';
import { createMassiveOptions } from '../adapters/massive/options.ts';
import { createMassivePastPrints } from '../adapters/massive/past-prints.ts';
import { createMassiveRest } from '../adapters/massive/rest.ts';
import { createMassiveSplits } from '../adapters/massive/splits.ts';
import { createReplayDiscreet } from '../adapters/replay/discreet.ts';
import { createReplayFeed } from '../adapters/replay/feed.ts';
import { createReplayInstruments } from '../adapters/replay/instruments.ts';
import { createReplayOptions } from '../adapters/replay/options.ts';
import { createReplaySplits } from '../adapters/replay/splits.ts';
import { createSimulatedDiscreet } from '../adapters/simulated/discreet.ts';
import { createSimulatedFeed } from '../adapters/simulated/feed.ts';
import { createSimulatedHistory } from '../adapters/simulated/history.ts';
import { createSimulatedInstruments } from '../adapters/simulated/instruments.ts';
import { createSimulatedOptions } from '../adapters/simulated/options/source.ts';
import { createSimulatedSplits } from '../adapters/simulated/splits.ts';
import { createTurns } from '../adapters/simulated/turns.ts';
import type { FeedConfig } from '../config/feed.ts';
import type { MarketSecrets } from '../config/index.ts';
import type { InstrumentDirectory } from '../domain/instrument/directory.ts';
import type { Candle } from '../domain/market/candle.ts';
import type { DiscreetQuestions } from '../domain/market/discreet.ts';
import type { MarketFeed } from '../domain/market/feed.ts';
import type { MarketHistory } from '../domain/market/history.ts';
import type { MarketHours } from '../domain/market/market-hours.ts';
import { createPlayedHistory } from '../domain/market/played-history.ts';
import type { SplitCalendar } from '../domain/market/splits.ts';
import type { PastPrints } from '../domain/off-exchange/past-prints.ts';
import type { OptionSource } from '../domain/options/chains.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { createRequestPace } from '../lib/request-pace.ts';

/** A feed and the directory of its instruments. */
export interface MarketSource {
  readonly feed: MarketFeed;
  readonly instruments: InstrumentDirectory;
  /** Symbols for a user who has chosen none. Rejects where a recording cannot be read. */
  featured(): Promise<readonly string[]>;
  /** The market's past, and its present by request. */
  history(parts: HistoryParts): MarketHistory;
  /** Off-exchange trades by request; null where the market has none to tell. */
  readonly pastPrints: PastPrints | null;
  /** What may be asked of its symbols without anybody noticing. */
  readonly discreet: DiscreetQuestions;
  /** The splits of its stocks. */
  readonly splits: SplitCalendar;
  /** Its contracts: a feed of their own, and chains. */
  readonly options: OptionSource;
}

/** What a source without a past of its own answers from: the minutes that its feed has made of the current day. */
export interface HistoryParts {
  candles(symbol: string): Promise<readonly Candle[]>;
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
  simulated(feed, { clock }) {
    // One queue for all that is drawn: the stop of the history ends the rest with it.
    const turns = createTurns();
    return {
      feed: createSimulatedFeed({ clock, ...feed }),
      instruments: createSimulatedInstruments(),
      featured: wellKnown,
      history: () => createSimulatedHistory({ clock, turns, ...feed }),
      // Its trades are drawn as they are heard.
      pastPrints: null,
      discreet: createSimulatedDiscreet({ clock, turns, ...feed }),
      splits: createSimulatedSplits(feed.splits),
      options: createSimulatedOptions({ clock, turns, ...feed }),
    };
  },
  replay(feed, { clock, log }) {
    const instruments = createReplayInstruments(feed);
    const options = createReplayOptions({ clock, log, instruments, ...feed });
    return {
      feed: createReplayFeed({ clock, log, ...feed }),
      instruments,
      // A recording has the symbols it has, and often only a few.
      featured: async () => (await instruments.search('', WELL_KNOWN.length)).map(({ symbol }) => symbol),
      history: createPlayedHistory,
      // A recording begins anew with each engine.
      pastPrints: null,
      discreet: createReplayDiscreet({ instruments, chains: options.chains }),
      splits: createReplaySplits(feed.factors),
      options,
    };
  },
  massive(feed, { secrets, ...parts }) {
    const pace = createRequestPace({ clock: parts.clock, perSecond: feed.restPerSecond });
    const options = { ...parts, ...feed, pace, apiKey: secrets.massiveApiKey ?? '' };
    const rest = createMassiveRest(options);
    const history = createMassiveHistory({ rest, clock: parts.clock });
    return {
      feed: createMassiveFeed(options),
      instruments: createMassiveInstruments(options),
      featured: wellKnown,
      history: () => history,
      pastPrints: createMassivePastPrints({ rest, clock: parts.clock }),
      discreet: createMassiveDiscreet({ rest, clock: parts.clock }),
      splits: createMassiveSplits(rest),
      options: createMassiveOptions({ ...options, rest, history }),
    };
  },
};

/** The market that the configuration names. */
export const createMarketSource = <Source extends FeedConfig['source']>(
  feed: ConfigOf<Source> & { readonly source: Source },
  parts: FeedParts,
): MarketSource => FEEDS[feed.source](feed, parts);
