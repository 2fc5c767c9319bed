import type { Clock } from '../../lib/clock.ts';
import type { Bus } from '../bus/bus.ts';

/** A replica repeats what it wants this often, so that a new engine learns it and a dead replica is forgotten. */
export const DEMAND_REFRESH_MS = 10_000;
/** However many messages are missed, everything is asked for again at most this often, milliseconds. */
const RESYNC_INTERVAL_MS = 1_000;

/** A replica's side of demand: gathers what its parts want and tells the engine over the bus. */
export interface Demand {
  /** Everything this part (sockets, orders and positions, …) wants from now on. */
  set(part: string, symbols: Iterable<string>): void;
  /** Asks for the latest of every wanted symbol, changed or not: some have been missed here. */
  resync(): void;
  start(): void;
  stop(): void;
}

export function createDemand(options: { bus: Bus; clock: Clock; replica: string }): Demand {
  const { bus, clock, replica } = options;
  const parts = new Map<string, ReadonlySet<string>>();
  let told: ReadonlySet<string> = new Set();
  let stops: (() => void)[] = [];
  let lease = 0;
  let resyncDue = false;
  let resyncAgain = false;
  let resyncedAt = 0;

  const tell = (symbols: ReadonlySet<string>, resync = false): void => {
    told = symbols;
    bus.publish('demand', { replica, symbols: [...symbols], ...(resync && { resync }) });
  };
  const tellResync = (): void => {
    const now = clock.now();
    if (!resyncDue || (now >= resyncedAt && now - resyncedAt < RESYNC_INTERVAL_MS)) return;
    resyncDue = false;
    // The request itself may be lost: it goes with the next refresh as well.
    resyncAgain = true;
    resyncedAt = now;
    tell(all(), true);
  };
  const refresh = (): void => {
    tell(all(), resyncAgain);
    resyncAgain = false;
  };
  const all = (): Set<string> => new Set([...parts.values()].flatMap((symbols) => [...symbols]));

  return {
    set(part, symbols) {
      parts.set(part, new Set(symbols));
      const wanted = all();
      if (wanted.size !== told.size || ![...wanted].every((symbol) => told.has(symbol))) tell(wanted);
    },
    resync() {
      resyncDue = true;
      tellResync();
    },
    start() {
      stops = [
        clock.every(DEMAND_REFRESH_MS, refresh),
        clock.every(RESYNC_INTERVAL_MS, tellResync),
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
