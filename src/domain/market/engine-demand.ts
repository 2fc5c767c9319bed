import type { Cancel, Clock } from '../../lib/clock.ts';
import type { Bus } from '../bus/bus.ts';
import { DEMAND_REFRESH_MS } from './demand.ts';
import { createSubscriptions } from './subscriptions.ts';
import type { MarketTopics } from './topics.ts';

/** A symbol stays subscribed upstream this long after its last demand: opening the same page again costs no traffic. */
export const LINGER_MS = 30_000;
/** Who changes what is watched without end must not fill the books: the longest released go first. */
export const MAX_LINGERING = 5_000;
/** A replica that has been silent for three refreshes is gone, and so is its demand. */
const SUBSCRIBER_TIMEOUT_MS = 3 * DEMAND_REFRESH_MS;

/** The engine's side of demand: what all replicas together need of upstream. */
export interface EngineDemand {
  /** Follows the demand of the replicas until the returned function is called. */
  follow(): Cancel;
  /** Forgets the demand of replicas that are gone, and the symbols that have lingered long enough. */
  tidy(): void;
  /** Passes the wanted symbols on. */
  pass(): void;
  /** Whether the symbol was among those that were passed on last. */
  wants(symbol: string): boolean;
  /** The symbols that were passed on last. */
  symbols(): ReadonlySet<string>;
  /** Number of the wanted symbols. */
  size(): number;
}

export interface EngineDemandOptions {
  readonly bus: Bus;
  readonly topics: Pick<MarketTopics, 'demand'>;
  readonly clock: Clock;
  /** This replica's name; its own demand never expires. */
  readonly replica: string;
  readonly onSymbols: (symbols: ReadonlySet<string>) => void;
  /** A replica wants the latest of this symbol, changed or not: it is new to that replica, or was missed there. */
  readonly onFresh: (symbol: string) => void;
}

export function createEngineDemand(options: EngineDemandOptions): EngineDemand {
  const { bus, topics, clock, replica, onSymbols, onFresh } = options;
  const subscriptions = createSubscriptions({ lingerMs: LINGER_MS, maxLingering: MAX_LINGERING });
  let passed: ReadonlySet<string> = new Set();

  const pass = (): void => {
    passed = subscriptions.current(clock.now());
    onSymbols(passed);
  };

  return {
    follow: () =>
      bus.subscribe(topics.demand, (demand) => {
        const fresh = subscriptions.want(demand.replica, demand.symbols, clock.now());
        for (const symbol of demand.resync ? demand.symbols : fresh) onFresh(symbol);
        pass();
      }),
    tidy() {
      const now = clock.now();
      for (const subscriber of subscriptions.quietSubscribers(now - SUBSCRIBER_TIMEOUT_MS)) {
        if (subscriber !== replica) subscriptions.forget(subscriber, now);
      }
      pass();
    },
    pass,
    wants: (symbol) => passed.has(symbol),
    symbols: () => passed,
    size: () => subscriptions.current(clock.now()).size,
  };
}
