import { type Quote, toStale } from '../domain/market/quote.ts';
import { MAX_QUOTES_AGE_MS } from '../domain/market/quotes-message.ts';
import type { Clock } from '../lib/clock.ts';
import type { RealtimeMetrics } from '../metrics/realtime.ts';
import type { LatencyWindow } from './latency-window.ts';
import { createPacer } from './pacer.ts';
import type { PortfolioViews } from './portfolio-views.ts';
import type { StateLane } from './state-lane.ts';

/** When state goes to the sockets: quotes as they change, the rest with the tick, both as the pacer lets them. */
export interface FanOut {
  add(quotes: readonly Quote[]): void;
  tick(): void;
  stop(): void;
}

export interface FanOutParts {
  readonly lane: Pick<StateLane, 'publish' | 'tick'>;
  readonly views: Pick<PortfolioViews, 'quotesChanged' | 'tick'>;
  readonly metrics: Pick<RealtimeMetrics, 'startFlush'>;
  readonly latency: Pick<LatencyWindow, 'record'>;
  readonly clock: Clock;
  /** Quotes became old in our hands: the latest of everything must be asked for. */
  readonly onMissed: () => void;
}

export function createFanOut({ lane, views, metrics, latency, clock, onMissed }: FanOutParts): FanOut {
  /** Quotes that are still to go out, the latest of each symbol. */
  const changed = new Map<string, Quote>();
  /** When the first of them came. */
  let waitingSince = 0;
  let tickDue = false;
  const pacer = createPacer(clock, () => {
    publish();
    if (!tickDue) return;
    tickDue = false;
    views.tick();
    lane.tick();
  });

  function publish(): void {
    if (changed.size === 0) return;
    // Nothing rests longer than this: we stood still with them in hand, and the market went on.
    const isOld = !(clock.now() - waitingSince <= MAX_QUOTES_AGE_MS);
    const quotes = isOld ? [...changed.values()].map(toStale) : [...changed.values()];
    changed.clear();
    if (isOld) onMissed();
    const end = metrics.startFlush();
    views.quotesChanged(quotes);
    lane.publish(quotes);
    end();
    latency.record(clock.now() - quotes[0]!.receivedAt);
  }

  return {
    add(quotes) {
      if (changed.size === 0) waitingSince = clock.now();
      for (const quote of quotes) changed.set(quote.symbol, quote);
      pacer.request();
    },
    tick() {
      tickDue = true;
      pacer.request();
    },
    stop: pacer.stop,
  };
}
