import type { Quote } from '../domain/market/quote.ts';
import type { Clock } from '../lib/clock.ts';
import type { Metrics } from '../metrics.ts';
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
  readonly metrics: Pick<Metrics, 'flushLatency'>;
  readonly latency: Pick<LatencyWindow, 'record'>;
  readonly clock: Clock;
}

export function createFanOut({ lane, views, metrics, latency, clock }: FanOutParts): FanOut {
  /** Quotes that are still to go out, the latest of each symbol. */
  const changed = new Map<string, Quote>();
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
    const quotes = [...changed.values()];
    changed.clear();
    const end = metrics.flushLatency.startTimer();
    views.quotesChanged(quotes);
    lane.publish(quotes);
    end();
    latency.record(clock.now() - quotes[0]!.receivedAt);
  }

  return {
    add(quotes) {
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
