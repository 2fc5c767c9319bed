import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { FeedHealth } from '../../protocol/health-payloads.ts';
import type { QuoteState } from '../../protocol/quotes.ts';
import type { Bus } from '../bus/bus.ts';
import type { Candle } from './candle.ts';
import { createCandleBook } from './candle-book.ts';
import { DEMAND_REFRESH_MS } from './demand.ts';
import type { FeedSink, FeedStatus, MarketFeed } from './feed.ts';
import { createMarketHours, type MarketHours } from './market-hours.ts';
import { createQuoteBook } from './quote-book.ts';
import { MAX_QUOTES_AGE_MS } from './quotes-message.ts';
import { quoteState } from './staleness.ts';
import { createSubscriptions } from './subscriptions.ts';
import { type DemandMessage, demandTopic, quotesTopic } from './topics.ts';
import { createUpstreamPlace } from './upstream-place.ts';

/** How long a symbol stays subscribed after the last one who wanted it, milliseconds: opening the same page again costs no upstream traffic. */
export const LINGER_MS = 30_000;
/** Another replica that has been silent for three refreshes is gone, and so is what it wanted. */
const SUBSCRIBER_TIMEOUT_MS = 3 * DEMAND_REFRESH_MS;
/** An idle engine still says that it lives: an empty `quotes` message. */
export const ENGINE_HEARTBEAT_MS = 1_000;

export interface MarketOptions {
  readonly feed: MarketFeed;
  readonly bus: Bus;
  readonly clock: Clock;
  /** The calendar that users see; conditions of trades always follow the US one. */
  readonly hours: MarketHours;
  readonly log: Log;
  /** This replica's name; its own demand never expires. */
  readonly replica: string;
  readonly flushIntervalMs: number;
  /** The number of the engine lease that this replica holds in this moment. */
  readonly current: () => number | null;
  /** Somebody outside took our place upstream: hand the engine lease over. */
  readonly onLost?: () => void;
}

/** The engine's side of market data: runs the feed while this replica holds the lease. */
export interface Market {
  start(fencing: number): void;
  stop(): Promise<void>;
  /** One-minute candles of the current day, oldest first. */
  candles(symbol: string): Candle[];
  health(): Pick<FeedHealth, 'source' | 'state' | 'lastTickAgeMs' | 'detail'>;
  /** Since the process started. */
  readonly counters: Readonly<{ ticks: number; dropped: number }>;
}

export function createMarket(options: MarketOptions): Market {
  const { feed, bus, clock, hours, log, replica, flushIntervalMs, current } = options;
  const exchangeHours = createMarketHours('us-equities');
  const book = createQuoteBook({ hours: exchangeHours });
  const candles = createCandleBook({ hours: exchangeHours });
  const subscriptions = createSubscriptions(LINGER_MS);
  const place = createUpstreamPlace(options);
  const flowing = new Set<string>();
  const counters = { ticks: 0, dropped: 0 };
  let stops: (() => void)[] = [];
  let fencing: number | null = null;
  let session = hours.session(clock.now());
  let status: FeedStatus = feed.status();
  let lastTickAt: number | null = null;
  let publishedAt = 0;
  let flushedAt = 0;
  let seq = 0;
  let stopped = Promise.resolve();
  let run = 0;

  /** When upstream last ceased to send a symbol: what moved its price meanwhile was not heard. */
  const endedAt = new Map<string, number>();

  /** Flowing again is not enough: until something is heard, the price is that of before the break. */
  const stateOf = (symbol: string, receivedAt: number): QuoteState => {
    const isHeard = receivedAt >= (endedAt.get(symbol) ?? 0) || session === 'closed';
    return quoteState(feed.origin, status.state, flowing.has(symbol) && isHeard, session);
  };

  const tick = (receivedAt: number): void => {
    counters.ticks += 1;
    lastTickAt = receivedAt;
  };
  const sink: FeedSink = {
    trade(trade) {
      tick(trade.receivedAt);
      if (book.trade(trade)) candles.trade(trade);
    },
    nbbo(nbbo) {
      tick(nbbo.receivedAt);
      book.nbbo(nbbo);
    },
    bar(bar) {
      tick(bar.receivedAt);
      book.bar(bar);
      candles.bar(bar);
    },
    day(day) {
      tick(day.receivedAt);
      book.day(day);
    },
    candles: (symbol, past) => candles.fill(symbol, past),
    confirmed(symbol, isFlowing) {
      if (flowing.has(symbol) === isFlowing) return;
      if (isFlowing) {
        flowing.add(symbol);
      } else {
        flowing.delete(symbol);
        endedAt.set(symbol, clock.now());
      }
      book.touch(symbol);
    },
    dropped(count) {
      counters.dropped += count;
    },
    restarted() {
      book.clear();
      candles.clear();
    },
    status(next) {
      if (next.state !== status.state || next.detail !== status.detail) {
        log.info({ source: feed.source, ...next }, `the feed is ${next.state}`);
      }
      // Every symbol's state rests on the feed's: tell all of them again.
      if (next.state !== status.state) book.touchAll();
      status = next;
      // Without the lease it was another replica that took our place, and rightly so.
      if (!next.lost || !isEngine()) return;
      place.lost();
      // After this we may not speak for the market any more: everybody hears now that the prices are old.
      flush();
      options.onLost?.();
    },
  };

  /** A process that stood still finds out here, before anybody tells it, that the market is another's to tell. */
  const isEngine = (): boolean => fencing !== null && current() === fencing;

  const flush = (): void => {
    if (fencing === null || !isEngine()) return;
    const now = clock.now();
    const stoodStill = now - flushedAt > MAX_QUOTES_AGE_MS;
    flushedAt = now;
    // What upstream said meanwhile waits to be read, which happens before the next tick: until then ours is old.
    if (stoodStill) return;
    const quotes = book.takeChanged(stateOf);
    if (quotes.length === 0 && now - publishedAt < ENGINE_HEARTBEAT_MS) return;
    publishedAt = now;
    const after = seq;
    seq += 1;
    bus.publish(quotesTopic, { lease: fencing, after, seq, at: now, quotes });
  };

  const readSession = (): void => {
    const now = hours.session(clock.now());
    if (now === session) return;
    session = now;
    // Every symbol's state rests on the session's, too.
    book.touchAll();
  };

  const subscribe = (): void => feed.setSymbols(subscriptions.current(clock.now()));
  const hear = (demand: DemandMessage): void => {
    // What is new to a subscriber, or was missed by it, is published even if it has not changed.
    const fresh = subscriptions.want(demand.replica, demand.symbols, clock.now());
    for (const symbol of demand.resync ? demand.symbols : fresh) book.touch(symbol);
    subscribe();
  };
  const tidy = (): void => {
    const now = clock.now();
    for (const subscriber of subscriptions.quietSubscribers(now - SUBSCRIBER_TIMEOUT_MS)) {
      // Demand from elsewhere ends with its sender; our own does not.
      if (subscriber !== replica) subscriptions.forget(subscriber, now);
    }
    subscribe();
  };

  return {
    start(number) {
      const running = fencing !== null;
      fencing = number;
      seq = 0;
      publishedAt = 0;
      flushedAt = clock.now();
      if (running) return;
      // Prices of an earlier time as the engine are not to be told as if they were heard now.
      book.clear();
      endedAt.clear();
      session = hours.session(clock.now());
      stops = [
        clock.every(flushIntervalMs, flush),
        clock.every(ENGINE_HEARTBEAT_MS, () => {
          readSession();
          tidy();
        }),
        bus.subscribe(demandTopic, hear),
      ];
      flush();
      // A lease lost and won again at once: the old connection must be gone before the new one asks for its place.
      const thisRun = ++run;
      void stopped.then(() => {
        if (fencing === null || run !== thisRun) return;
        feed.start(sink, { notBefore: place.notBefore(), mayConnect: isEngine });
        subscribe();
      });
    },
    stop() {
      if (fencing !== null) {
        fencing = null;
        for (const stop of stops.splice(0)) stop();
        flowing.clear();
        stopped = feed.stop().then(() => {
          status = feed.status();
        });
      }
      return stopped;
    },
    candles: (symbol) => candles.get(symbol),
    health: () => ({
      source: feed.source,
      state: status.state,
      lastTickAgeMs: lastTickAt === null ? null : clock.now() - lastTickAt,
      ...(status.detail === undefined ? {} : { detail: status.detail }),
    }),
    counters,
  };
}
