import type { Clock } from '../../lib/clock.ts';
import type { Bus } from '../bus/bus.ts';
import type { Quote } from './quote.ts';
import { MAX_QUOTES_AGE_MS } from './quotes-message.ts';
import type { MarketTopics } from './topics.ts';

/** An idle engine publishes an empty message this often: a sign of life. */
export const ENGINE_HEARTBEAT_MS = 1_000;

/** The engine's messages of quotes, counted from 1 for each lease. */
export interface QuotePublisher {
  /** Counts anew, as the engine of lease number `lease`. */
  begin(lease: number): void;
  /** Publishes what changed since the last call. */
  publish(): void;
}

export interface QuotePublisherOptions {
  readonly bus: Bus;
  readonly topics: Pick<MarketTopics, 'quotes'>;
  readonly clock: Clock;
  readonly takeChanged: () => readonly Quote[];
  /** Asked before each message: a stalled process detects here that another replica is the engine now. */
  readonly mayPublish: () => boolean;
}

export function createQuotePublisher(options: QuotePublisherOptions): QuotePublisher {
  const { bus, topics, clock, takeChanged, mayPublish } = options;
  let lease = 0;
  let seq = 0;
  let publishedAt = 0;
  let calledAt = 0;

  return {
    begin(number) {
      lease = number;
      seq = 0;
      publishedAt = 0;
      calledAt = clock.now();
    },
    publish() {
      if (!mayPublish()) return;
      const now = clock.now();
      const hasStalled = now - calledAt > MAX_QUOTES_AGE_MS;
      calledAt = now;
      // What upstream sent during a stall is read before the next call: until then our prices are old.
      if (hasStalled) return;
      const quotes = takeChanged();
      if (quotes.length === 0 && now - publishedAt < ENGINE_HEARTBEAT_MS) return;
      publishedAt = now;
      const after = seq;
      seq += 1;
      bus.publish(topics.quotes, { lease, after, seq, at: now, quotes });
    },
  };
}
