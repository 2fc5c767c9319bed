import type { MarketConfig } from '../config/index.ts';
import type { Bus } from '../domain/bus/bus.ts';
import type { EngineLease } from '../domain/engine/lease.ts';
import { type CandleExchange, createCandleExchange } from '../domain/market/candle-exchange.ts';
import { createDemand, type Demand } from '../domain/market/demand.ts';
import type { MarketFeed } from '../domain/market/feed.ts';
import type { HaltStore } from '../domain/market/halts.ts';
import { createMarket, type Market } from '../domain/market/market.ts';
import type { MarketHours } from '../domain/market/market-hours.ts';
import { createQuoteBoard, type QuoteBoard } from '../domain/market/quote-board.ts';
import type { MarketTopics } from '../domain/market/topics.ts';
import { createScope } from '../lib/scope.ts';
import type { Core } from './core.ts';
import type { Capability } from './part.ts';

/** What the replicas have of one feed. */
export interface FeedFaces {
  /** The engine's: runs the feed while this replica holds the lease. */
  readonly market: Market;
  /** Every replica's: the latest quotes, what is wanted of the engine, and candles. */
  readonly board: QuoteBoard;
  readonly demand: Demand;
  readonly candles: CandleExchange;
}

export interface FeedParts {
  readonly name: string;
  readonly feed: MarketFeed;
  readonly topics: MarketTopics;
  readonly config: Pick<MarketConfig, 'flushIntervalMs'>;
  readonly hours: MarketHours;
  readonly bus: Bus;
  readonly lease: EngineLease;
  /** Null for a feed that tells none, or tells them again. */
  readonly halts: HaltStore | null;
}

/** One feed: it runs on the engine, and every replica receives its quotes. */
export function createFeedCapability(
  { clock, log, replica }: Core,
  { name, feed, topics, config, hours, bus, lease, halts }: FeedParts,
): Capability<FeedFaces> {
  const market = createMarket({
    feed,
    bus,
    topics,
    clock,
    hours,
    log: log(name),
    replica,
    flushIntervalMs: config.flushIntervalMs,
    current: lease.current,
    halts: halts && withBoard(halts, () => board.halted()),
  });
  const demand = createDemand({ bus, topics, clock, replica });
  const board = createQuoteBoard({
    newestLease: lease.newest,
    bus,
    topics,
    clock,
    isWanted: demand.wants,
    onMissed: demand.resync,
  });
  const isEngine = (): boolean => lease.current() !== null;
  const candles = createCandleExchange({ bus, topics, clock, isEngine, local: market.candles });
  const following = createScope();

  return {
    name,
    faces: { market, board, demand, candles },
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

/** What this replica saw of the engine before: a halt that it published may not have been stored. */
const withBoard = (store: HaltStore, seen: () => ReadonlyMap<string, number>): HaltStore => ({
  ...store,
  load: async (...asked) => new Map([...seen(), ...(await store.load(...asked))]),
});
