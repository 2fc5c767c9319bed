import type { Clock } from '../../lib/clock.ts';
import { createScope } from '../../lib/scope.ts';
import type { Bus } from '../bus/bus.ts';
import { wantedAnew } from './subscriptions.ts';
import type { MarketTopics } from './topics.ts';

/** A replica repeats its demand this often: a new engine learns it, and a dead replica is forgotten. */
export const DEMAND_REFRESH_MS = 10_000;
/** However many messages are missed, everything is requested again at most this often. */
const RESYNC_INTERVAL_MS = 1_000;
/** However many wishes are repeated, the engine learns the order of all at most this often. */
const REORDER_INTERVAL_MS = 1_000;

/** A replica's side of demand: gathers what its parts want and publishes it for the engine. */
export interface Demand {
  /** Everything this part (sockets, orders and positions, …) wants from now on, or for `forMs`; the latest wish last. */
  set(part: string, symbols: Iterable<string>, forMs?: number): void;
  /** Whether a part wants the symbol. */
  wants(symbol: string): boolean;
  /** Asks for the latest of every wanted symbol, changed or not: some have been missed here. */
  resync(): void;
  start(): void;
  stop(): void;
}

interface Part {
  readonly symbols: ReadonlySet<string>;
  /** Milliseconds since epoch. */
  readonly until: number;
}

export interface DemandOptions {
  readonly bus: Bus;
  readonly topics: Pick<MarketTopics, 'demand' | 'quotes'>;
  readonly clock: Clock;
  readonly replica: string;
}

export function createDemand({ bus, topics, clock, replica }: DemandOptions): Demand {
  const parts = new Map<string, Part>();
  const running = createScope();
  /** Every symbol that is wanted, in the order of the latest wishes. */
  const byDemand = new Set<string>();
  let published: ReadonlySet<string> = new Set();
  let reorderDue = false;
  let lease = 0;
  let resyncDue = false;
  let resyncAgain = false;
  let resyncedAt = 0;

  function all(): Set<string> {
    const now = clock.now();
    for (const [name, { until }] of parts) if (now >= until) parts.delete(name);
    const wanted = new Set([...parts.values()].flatMap(({ symbols }) => [...symbols]));
    for (const symbol of byDemand) if (!wanted.has(symbol)) byDemand.delete(symbol);
    return new Set(byDemand);
  }
  const publish = (symbols: ReadonlySet<string>, resync = false): void => {
    published = symbols;
    reorderDue = false;
    bus.publish(topics.demand, { replica, symbols: [...symbols], ...(resync && { resync }) });
  };
  const publishResync = (): void => {
    const now = clock.now();
    if (!resyncDue || (now >= resyncedAt && now - resyncedAt < RESYNC_INTERVAL_MS)) return;
    resyncDue = false;
    // The request itself may be lost: it goes with the next refresh as well.
    resyncAgain = true;
    resyncedAt = now;
    publish(all(), true);
  };
  const refresh = (): void => {
    publish(all(), resyncAgain);
    resyncAgain = false;
  };

  return {
    set(part, symbols, forMs = Number.POSITIVE_INFINITY) {
      const next = new Set(symbols);
      const anew = wantedAnew(parts.get(part)?.symbols ?? [], next);
      for (const symbol of anew) {
        byDemand.delete(symbol);
        byDemand.add(symbol);
      }
      parts.set(part, { symbols: next, until: clock.now() + forMs });
      const wanted = all();
      const isSame = wanted.size === published.size && [...wanted].every((symbol) => published.has(symbol));
      if (!isSame) publish(wanted);
      else reorderDue ||= anew.length > 0;
    },
    wants: (symbol) => byDemand.has(symbol),
    resync() {
      resyncDue = true;
      publishResync();
    },
    start() {
      running.add(
        clock.every(DEMAND_REFRESH_MS, refresh),
        clock.every(RESYNC_INTERVAL_MS, publishResync),
        clock.every(REORDER_INTERVAL_MS, () => {
          if (reorderDue) publish(all());
        }),
        // A new engine does not know our demand: it need not wait for the next refresh.
        bus.subscribe(topics.quotes, (message) => {
          if (message.lease <= lease) return;
          lease = message.lease;
          publish(all());
        }),
      );
    },
    stop: running.end,
  };
}
