import type { FeedHealth } from '../protocol/health-payloads.ts';
import type { MetricRegistry } from './registry.ts';

type FeedState = FeedHealth['state'];

const FEED_STATES = Object.keys({
  connecting: true,
  live: true,
  delayed: true,
  silent: true,
  down: true,
  refused: true,
  ended: true,
} satisfies Record<FeedState, true>) as FeedState[];

export interface MarketReadings {
  /** Since the start. */
  ticks(): number;
  dropped(): number;
  /** Quote messages dropped by this replica since the start, by reason. */
  quoteDrops(): Readonly<Record<string, number>>;
  /** Milliseconds; null before the first tick and on every replica that is not the engine. */
  lastTickAgeMs(): number | null;
  /** Null on every replica that is not the engine. */
  feedState(): FeedState | null;
}

/** The feed of stocks, and the quotes that every replica receives of it. */
export const readMarket = (registry: MetricRegistry, read: MarketReadings): void =>
  readFeed(registry, read, { prefix: 'tradecast_', of: '' });

/** The same of option contracts. */
export const readOptions = (registry: MetricRegistry, read: MarketReadings): void =>
  readFeed(registry, read, { prefix: 'tradecast_options_', of: ' of option contracts' });

export function readSubscribed(registry: MetricRegistry, read: () => Readonly<Record<string, number>>): void {
  registry.labelledGauge(
    'tradecast_feed_subscribed',
    'Symbols and contracts that upstream is asked for, on the engine; 0 on all others',
    'feed',
    read,
  );
}

function readFeed(
  registry: MetricRegistry,
  read: MarketReadings,
  { prefix, of }: { readonly prefix: string; readonly of: string },
): void {
  registry.total(`${prefix}feed_ticks_total`, `Ticks received from the feed${of}`, read.ticks);
  registry.total(
    `${prefix}feed_dropped_total`,
    `Malformed frames and implausible ticks dropped${of && ', of option contracts'}`,
    read.dropped,
  );
  registry.gauge(
    `${prefix}feed_age_seconds`,
    `Since the last tick of the feed${of}; -1 before the first`,
    () => {
      const ageMs = read.lastTickAgeMs();
      return ageMs === null ? null : ageMs / 1_000;
    },
  );
  registry.labelledGauge(
    `${prefix}feed_state`,
    `1 for the state the feed${of} is in, on the engine; 0 for all others`,
    'state',
    () => Object.fromEntries(FEED_STATES.map((state) => [state, state === read.feedState() ? 1 : 0])),
  );
  registry.labelledTotal(
    `${prefix}quotes_dropped_total`,
    `Quote messages${of} dropped by a replica, by reason`,
    'reason',
    read.quoteDrops,
  );
}
