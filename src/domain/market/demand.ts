import type { Clock } from '../../lib/clock.ts';
import type { Bus } from '../cluster/bus.ts';

/** A replica repeats what it wants this often, so that a new engine learns it and a dead replica is forgotten. */
export const DEMAND_REFRESH_MS = 10_000;

/** A replica's side of demand: gathers what its parts want and tells the engine over the bus. */
export interface Demand {
  /** Everything this part (sockets, orders and positions, …) wants from now on. */
  set(part: string, symbols: Iterable<string>): void;
  start(): void;
  stop(): void;
}

export function createDemand(options: { bus: Bus; clock: Clock; replica: string }): Demand {
  const { bus, clock, replica } = options;
  const parts = new Map<string, ReadonlySet<string>>();
  let told: ReadonlySet<string> = new Set();
  let stops: (() => void)[] = [];
  let lease = 0;

  const tell = (symbols: ReadonlySet<string>): void => {
    told = symbols;
    bus.publish('demand', { replica, symbols: [...symbols] });
  };
  const all = (): Set<string> => new Set([...parts.values()].flatMap((symbols) => [...symbols]));

  return {
    set(part, symbols) {
      parts.set(part, new Set(symbols));
      const wanted = all();
      if (wanted.size !== told.size || ![...wanted].every((symbol) => told.has(symbol))) tell(wanted);
    },
    start() {
      stops = [
        clock.every(DEMAND_REFRESH_MS, () => tell(all())),
        // A new engine knows nothing of what we want: it need not wait for the next refresh.
        bus.subscribe('quotes', (message) => {
          if (message.lease <= lease) return;
          lease = message.lease;
          tell(all());
        }),
      ];
    },
    stop() {
      for (const stop of stops.splice(0)) stop();
    },
  };
}
