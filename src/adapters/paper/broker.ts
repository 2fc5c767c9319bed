import type { Broker } from '../../domain/trading/broker.ts';
import type { MarketView } from '../../domain/trading/market-view.ts';
import type { Clock } from '../../lib/clock.ts';

export interface PaperBrokerOptions {
  readonly market: MarketView;
  /** Calls back with the symbols of quotes that just changed; returns what ends it. */
  readonly onQuotes: (listener: (symbols: Iterable<string>) => void) => () => void;
  readonly clock: Clock;
}

/** Executes orders against the quotes this replica knows. */
export declare function createPaperBroker(options: PaperBrokerOptions): Broker;
