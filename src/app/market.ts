import type { Database } from '../adapters/sql/database.ts';
import { createHaltStore } from '../adapters/stores/market/halts.ts';
import type { MarketConfig, MarketSecrets } from '../config/index.ts';
import type { Bus } from '../domain/bus/bus.ts';
import type { EngineLease } from '../domain/engine/lease.ts';
import type { InstrumentDirectory } from '../domain/instrument/directory.ts';
import type { DiscreetQuestions } from '../domain/market/discreet.ts';
import type { FeedScope, PriceOrigin, ShedTrades } from '../domain/market/feed.ts';
import type { MarketHistory } from '../domain/market/history.ts';
import { createHoursOf, createMarketHours, type MarketHours } from '../domain/market/market-hours.ts';
import { createMarketQuotes, type MarketQuotes } from '../domain/market/market-quotes.ts';
import type { SplitCalendar } from '../domain/market/splits.ts';
import { createTappedFeed, type FeedTap } from '../domain/market/tapped-feed.ts';
import { STOCK_TOPICS } from '../domain/market/topics.ts';
import type { PastPrints } from '../domain/off-exchange/past-prints.ts';
import type { OptionSource } from '../domain/options/chains.ts';
import { fitnessOf } from '../domain/trading/fit.ts';
import type { MarketView } from '../domain/trading/market-view.ts';
import { tradingDay } from '../domain/trading/trading-day.ts';
import type { Core } from './core.ts';
import { createFeedCapability, type FeedFaces } from './feed.ts';
import { createMarketSource, type MarketSource } from './feeds.ts';
import type { Capability } from './part.ts';

/** Quotes, candles and instruments: the engine's side, and the side of every replica. */
export interface MarketFaces extends FeedFaces {
  /** Name of the feed, as FEED has it. */
  readonly feedSource: string;
  readonly instruments: InstrumentDirectory;
  /** Symbols for a user who has chosen none. */
  featured(): Promise<readonly string[]>;
  readonly hours: MarketHours;
  readonly history: MarketHistory;
  /** One symbol by request. */
  readonly marketQuotes: MarketQuotes;
  /** Chains and the feed of contracts, which the capability of options builds on. */
  readonly optionSource: OptionSource;
  readonly splits: SplitCalendar;
  /** What comes beside the wanted symbols, where the feed has others. */
  setScope(scope: FeedScope): void;
  shed(): ShedTrades;
  /** What upstream sent before has arrived; milliseconds since epoch. */
  heardAt(): number;
  /** Null where the market has no past prints. */
  readonly pastPrints: PastPrints | null;
  /** What may be asked of stocks and contracts without anybody noticing. */
  readonly discreet: DiscreetQuestions;
  /** Adds who else receives the ticks of stocks; before the start. */
  tap(tap: FeedTap): void;
  readonly origin: PriceOrigin;
  /** What trading reads of all this. */
  readonly view: MarketView;
}

export interface MarketParts {
  readonly config: MarketConfig;
  readonly secrets: MarketSecrets;
  readonly source: MarketSource | undefined;
  readonly database: Database;
  readonly bus: Bus;
  readonly lease: EngineLease;
}

export function createMarketCapability(core: Core, parts: MarketParts): Capability<MarketFaces> {
  const { clock, log } = core;
  const { config } = parts;
  const hours = createMarketHours(config.hours);
  const source =
    parts.source ??
    createMarketSource(config.feed, { secrets: parts.secrets, clock, hours, log: log('feed') });
  const { feed, instruments, featured, options: optionSource } = source;
  const tapped = createTappedFeed(feed);
  const stocks = createFeedCapability(core, {
    ...parts,
    name: 'market',
    feed: tapped.feed,
    topics: STOCK_TOPICS,
    hours,
    halts: feed.origin === 'replay' ? null : createHaltStore(parts.database, feed.source),
  });
  const { board, candles } = stocks.faces;
  const history = source.history(candles);

  return {
    ...stocks,
    faces: {
      ...stocks.faces,
      feedSource: feed.source,
      origin: feed.origin,
      tap: tapped.tap,
      setScope: (scope) => feed.setScope?.(scope),
      pastPrints: source.pastPrints,
      discreet: source.discreet,
      heardAt: () => feed.heardAt?.() ?? clock.now(),
      shed: () => feed.shed?.() ?? { trades: 0, lastAt: null },
      instruments,
      featured,
      hours,
      history,
      optionSource,
      splits: source.splits,
      marketQuotes: createMarketQuotes({ board, history, hours, clock, origin: feed.origin }),
      view: createView(core, config, { instruments, board }),
    },
  };
}

function createView(
  { clock }: Core,
  { hours, maxSpread }: MarketConfig,
  { instruments, board }: Pick<MarketFaces, 'instruments' | 'board'>,
): MarketView {
  const hoursOf = createHoursOf(hours);
  return {
    knows: async (symbol) => (await instruments.get(symbol)) !== null,
    quote: board.get,
    fitness: (quote) => fitnessOf(quote, clock.now(), maxSpread),
    isOpen: (symbol) => hoursOf(symbol).session(clock.now()) === 'regular',
    nextClose(symbol) {
      const { nextClose } = hoursOf(symbol).status(clock.now());
      return nextClose === null ? null : Date.parse(nextClose);
    },
    tradingDay: () => tradingDay(clock.now()),
  };
}
