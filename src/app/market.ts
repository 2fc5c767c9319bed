import type { MarketConfig, MarketSecrets } from '../config/index.ts';
import type { Bus } from '../domain/bus/bus.ts';
import type { EngineLease } from '../domain/engine/lease.ts';
import type { InstrumentDirectory } from '../domain/instrument/directory.ts';
import { type CandleExchange, createCandleExchange } from '../domain/market/candle-exchange.ts';
import { createDemand, type Demand } from '../domain/market/demand.ts';
import type { MarketHistory } from '../domain/market/history.ts';
import { createMarket, type Market } from '../domain/market/market.ts';
import { createHoursOf, createMarketHours, type MarketHours } from '../domain/market/market-hours.ts';
import { createMarketQuotes, type MarketQuotes } from '../domain/market/market-quotes.ts';
import { createQuoteBoard, type QuoteBoard } from '../domain/market/quote-board.ts';
import { isFresh } from '../domain/market/staleness.ts';
import type { MarketView } from '../domain/trading/market-view.ts';
import { tradingDay } from '../domain/trading/trading-day.ts';
import { createScope } from '../lib/scope.ts';
import type { Core } from './core.ts';
import { createMarketSource, type MarketSource } from './feeds.ts';
import type { Capability } from './part.ts';

/** Quotes, candles and instruments: the engine's side, and the side of every replica. */
export interface MarketFaces {
  /** Name of the feed, as FEED has it. */
  readonly feedSource: string;
  readonly instruments: InstrumentDirectory;
  /** Symbols for a user who has chosen none. */
  featured(): Promise<readonly string[]>;
  readonly hours: MarketHours;
  /** The engine's: runs the feed while this replica holds the lease. */
  readonly market: Market;
  /** Every replica's: the latest quotes, what is wanted of the engine, and candles. */
  readonly board: QuoteBoard;
  readonly demand: Demand;
  readonly candles: CandleExchange;
  readonly history: MarketHistory;
  /** One symbol by request. */
  readonly marketQuotes: MarketQuotes;
  /** What trading reads of all this. */
  readonly view: MarketView;
}

export interface MarketParts {
  readonly config: MarketConfig;
  readonly secrets: MarketSecrets;
  readonly source: MarketSource | undefined;
  readonly bus: Bus;
  readonly lease: EngineLease;
}

export function createMarketCapability(core: Core, parts: MarketParts): Capability<MarketFaces> {
  const { clock, log, replica } = core;
  const { config, bus, lease } = parts;
  const hours = createMarketHours(config.hours);
  const source =
    parts.source ??
    createMarketSource(config.feed, { secrets: parts.secrets, clock, hours, log: log('feed') });
  const { feed, instruments, featured } = source;
  const market = createMarket({
    feed,
    bus,
    clock,
    hours,
    log: log('market'),
    replica,
    flushIntervalMs: config.flushIntervalMs,
    current: lease.current,
    onLost: () => void lease.release({ standAside: true }),
  });
  const demand = createDemand({ bus, clock, replica });
  const board = createQuoteBoard({ newestLease: lease.newest, bus, clock, onMissed: demand.resync });
  const following = createScope();
  const isEngine = (): boolean => lease.current() !== null;
  const candles = createCandleExchange({ bus, clock, isEngine, local: market.candles });
  const history = source.history(candles);

  return {
    name: 'market',
    faces: {
      feedSource: feed.source,
      instruments,
      featured,
      hours,
      market,
      board,
      demand,
      candles,
      history,
      marketQuotes: createMarketQuotes({ board, history, hours, clock, origin: feed.origin }),
      view: createView(core, config, { instruments, board }),
    },
    start() {
      following.add(
        lease.onChange((fencing) => (fencing === null ? void market.stop() : market.start(fencing))),
        market.follow(),
      );
      board.start();
      demand.start();
      candles.start();
    },
    async stop() {
      following.end();
      await market.stop();
      candles.stop();
      demand.stop();
      board.stop();
    },
  };
}

function createView(
  { clock }: Core,
  { hours }: MarketConfig,
  { instruments, board }: Pick<MarketFaces, 'instruments' | 'board'>,
): MarketView {
  const hoursOf = createHoursOf(hours);
  return {
    knows: async (symbol) => (await instruments.get(symbol)) !== null,
    mayExist: (symbol) => instruments.knows(symbol) !== false,
    quote: board.get,
    isFresh: (quote) => isFresh(quote, clock.now()),
    isOpen: (symbol) => hoursOf(symbol).session(clock.now()) === 'regular',
    nextClose(symbol) {
      const { nextClose } = hoursOf(symbol).status(clock.now());
      return nextClose === null ? null : Date.parse(nextClose);
    },
    tradingDay: () => tradingDay(clock.now()),
  };
}
