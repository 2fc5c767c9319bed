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

export function readMarket(registry: MetricRegistry, read: MarketReadings): void {
  registry.total('tradecast_feed_ticks_total', 'Ticks received from the feed', read.ticks);
  registry.total(
    'tradecast_feed_dropped_total',
    'Malformed frames and implausible ticks dropped',
    read.dropped,
  );
  registry.gauge('tradecast_feed_age_seconds', 'Since the last tick of the feed; -1 before the first', () => {
    const ageMs = read.lastTickAgeMs();
    return ageMs === null ? null : ageMs / 1_000;
  });
  registry.labelledGauge(
    'tradecast_feed_state',
    '1 for the state the feed is in, on the engine; 0 for all others',
    'state',
    () => Object.fromEntries(FEED_STATES.map((state) => [state, state === read.feedState() ? 1 : 0])),
  );
  registry.labelledTotal(
    'tradecast_quotes_dropped_total',
    'Quote messages dropped by a replica, by reason',
    'reason',
    read.quoteDrops,
  );
}
