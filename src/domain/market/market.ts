import type { Cancel, Clock } from '../../lib/clock.ts';
import { createEmitter } from '../../lib/emitter.ts';
import type { Log } from '../../lib/log.ts';
import { createScope } from '../../lib/scope.ts';
import type { FeedHealth } from '../../protocol/health-payloads.ts';
import type { Bus } from '../bus/bus.ts';
import type { Candle } from './candle.ts';
import { createEngineBooks, type EngineBooks, type EngineBooksOptions } from './engine-books.ts';
import { createEngineDemand } from './engine-demand.ts';
import type { FeedStatus, MarketFeed } from './feed.ts';
import { createFeedRun } from './feed-run.ts';
import { createHaltKeeper, type HaltStore, NO_HALTS } from './halts.ts';
import type { MarketHours } from './market-hours.ts';
import type { PriceListener } from './quote-book.ts';
import { createQuotePublisher, ENGINE_HEARTBEAT_MS } from './quote-publisher.ts';
import { createQuoteStates } from './quote-states.ts';
import { createSymbolFlow, type SymbolFlow } from './symbol-flow.ts';
import type { MarketTopics } from './topics.ts';
import { createUpstreamPlace } from './upstream-place.ts';

export interface MarketOptions {
  readonly feed: MarketFeed;
  readonly bus: Bus;
  readonly topics: MarketTopics;
  readonly clock: Clock;
  /** The calendar that users see; what a trade may move always follows its instrument's calendar. */
  readonly hours: MarketHours;
  readonly log: Log;
  /** This replica's name. */
  readonly replica: string;
  readonly flushIntervalMs: number;
  /** The number of the engine lease that this replica holds in this moment. */
  readonly current: () => number | null;
  /** Null for a feed that tells none, or tells them again. */
  readonly halts: HaltStore | null;
}

/** The engine's side of market data: runs the feed while this replica holds the lease. */
export interface Market extends Pick<EngineBooks, 'plan' | 'adjusted' | 'today'> {
  /** Follows what other engines report of the place upstream, until the returned function is called. */
  follow(): Cancel;
  /** Runs the feed as the engine of lease number `fencing`; again with another number counts anew. */
  start(fencing: number): void;
  /**
   * Calls back with each price of now that a trade made the last one, also with those that the next trade of the same
   * frame replaced; returns what ends it.
   */
  onPrice(listener: PriceListener): Cancel;
  /** Resolves when the feed has ended. */
  stop(): Promise<void>;
  /** One-minute candles of the current day, oldest first. */
  candles(symbol: string): Candle[];
  health(): Pick<FeedHealth, 'source' | 'state' | 'lastTickAgeMs' | 'detail'>;
  /** The symbols that upstream is asked for. */
  symbols(): ReadonlySet<string>;
  /** Their number. */
  subscribed(): number;
  /** Since the process started. */
  readonly counters: Readonly<{ ticks: number; dropped: number }>;
}

export function createMarket(options: MarketOptions): Market {
  const { feed, clock, hours, current, ...line } = options;
  let fencing: number | null = null;
  const isEngine = (): boolean => fencing !== null && current() === fencing;

  const running = createScope();
  const prices = createLivePrices(() => feedStatus().state);
  const isIdle = (symbol: string): boolean => !demand.wants(symbol) && !flow.has(symbol);
  const { books, halts } = createKeptBooks(options, { isIdle, onPrice: prices.made });
  const flow = createSymbolFlow(clock, { onChange: books.touch, onEnd: books.cut });
  const place = createUpstreamPlace({ ...line, clock });
  const demand = createEngineDemand({
    ...line,
    clock,
    onSymbols: (symbols) => feed.setSymbols(symbols),
    onFresh: books.touch,
  });

  const feedStatus = (): FeedStatus => run.status();
  const states = createQuoteStates({ origin: feed.origin, hours, clock, flow, feedStatus });
  const publisher = createQuotePublisher({
    ...line,
    clock,
    takeChanged: () => states.taken(books),
    mayPublish: isEngine,
  });

  const onStatus = (status: FeedStatus, before: FeedStatus): void => {
    logChange(options, status, before);
    follow(books, status, before);
    // Without the lease it was another replica that took our place, and rightly so.
    if (!status.lost || !isEngine()) return;
    place.lost();
    // These prices are old. The lease stays: the other feed and the executor go on.
    publisher.publish();
    run.again();
  };
  const run = createFeedRun({
    feed,
    sink: { ...books.ticks, confirmed: flow.set },
    terms: () => ({ notBefore: place.notBefore(), mayConnect: isEngine }),
    onStarted: demand.pass,
    onStatus,
  });

  return {
    follow: place.follow,
    onPrice: prices.on,
    start(number) {
      const isRunning = fencing !== null;
      fencing = number;
      publisher.begin(number);
      // What another engine was told meanwhile counts for what is kept.
      if (isRunning) return halts.begin(number, () => {});
      // Prices of an earlier time as the engine must not be published as present ones.
      books.forgetQuotes();
      flow.forgetBreaks();
      states.readSession();
      running.add(
        clock.every(options.flushIntervalMs, publisher.publish),
        clock.every(ENGINE_HEARTBEAT_MS, () => states.readSession() && books.touchAll()),
        clock.every(ENGINE_HEARTBEAT_MS, demand.tidy),
        clock.every(ENGINE_HEARTBEAT_MS, () => forgetIdle(books, flow, clock.now())),
        demand.follow(),
      );
      publisher.publish();
      halts.begin(number, run.start);
    },
    async stop() {
      fencing = null;
      running.end();
      flow.stop();
      await Promise.all([run.stop(), halts.stop()]);
    },
    ...{ candles: books.candles, plan: books.plan, adjusted: books.adjusted, today: books.today },
    ...{ symbols: demand.symbols, subscribed: demand.size },
    health: () => healthOf(feed, run.status(), books.lastTickAt(), clock.now()),
    counters: books.counters,
  };
}

/** A recording has days of its own. */
const dayTimeOf = ({ feed, clock }: MarketOptions): (() => number) | undefined =>
  feed.origin === 'replay' ? undefined : clock.now;

/** The books, and the halts in them that outlive this engine. */
function createKeptBooks(options: MarketOptions, parts: Pick<EngineBooksOptions, 'isIdle' | 'onPrice'>) {
  const { clock, log } = options;
  const halts = createHaltKeeper({
    ...{ store: options.halts ?? NO_HALTS, clock, log },
    onHalted: (symbol, haltedAt) => books.haltAgain(symbol, haltedAt),
  });
  const books = createEngineBooks({ ...parts, onHalt: halts.changed, now: dayTimeOf(options) });
  return { books, halts };
}

/** The prices that trades make. A delayed one is not of now. */
function createLivePrices(feedState: () => FeedStatus['state']) {
  const prices = createEmitter<Parameters<PriceListener>>();
  return {
    on: prices.on,
    made: (...made: Parameters<PriceListener>): void => {
      if (feedState() === 'live') prices.emit(...made);
    },
  };
}

/** The state of every quote rests on the feed's, and bid and ask on its connection. */
function follow(books: EngineBooks, status: FeedStatus, before: FeedStatus): void {
  const isDelivering = status.state === 'live' || status.state === 'delayed';
  if (!isDelivering) books.cut();
  if (status.state !== before.state || status.withoutQuotes !== before.withoutQuotes) books.touchAll();
}

function forgetIdle(books: EngineBooks, flow: SymbolFlow, now: number): void {
  books.forgetIdle(now);
  flow.forgetBreaks(books.isGone);
}

function logChange({ log, feed }: MarketOptions, status: FeedStatus, before: FeedStatus): void {
  if (status.state === before.state && status.detail === before.detail) return;
  log.info({ source: feed.source, ...status }, `the feed is ${status.state}`);
}

const healthOf = (
  { source }: MarketFeed,
  { state, detail }: FeedStatus,
  lastTickAt: number | null,
  now: number,
): ReturnType<Market['health']> => ({
  source,
  state,
  lastTickAgeMs: lastTickAt === null ? null : now - lastTickAt,
  ...(detail === undefined ? {} : { detail }),
});
