import { DEMAND_REFRESH_MS, type Demand } from '../domain/market/demand.ts';
import type { Clock } from '../lib/clock.ts';

/** A symbol that was not polled for three refreshes expires: well above the pace of any poller. */
const FORGET_AFTER_MS = 3 * DEMAND_REFRESH_MS;

/** Keeps quotes coming for pages that poll because they can get no socket. */
export interface PolledDemand {
  want(symbols: Iterable<string>): void;
}

/** Needs no timer: polls prolong the demand, and it expires after the last one. */
export function createPolledDemand({
  demand,
  clock,
}: {
  readonly demand: Pick<Demand, 'set'>;
  readonly clock: Clock;
}): PolledDemand {
  const polledAt = new Map<string, number>();
  let setAt = Number.NEGATIVE_INFINITY;

  return {
    want(symbols) {
      const now = clock.now();
      let changed = false;
      for (const symbol of symbols) {
        changed ||= !polledAt.has(symbol);
        polledAt.set(symbol, now);
      }
      // A poll that names nothing new costs nothing.
      if (polledAt.size === 0 || (!changed && now - setAt < DEMAND_REFRESH_MS)) return;
      for (const [symbol, at] of polledAt) if (now - at > FORGET_AFTER_MS) polledAt.delete(symbol);
      setAt = now;
      demand.set('polled', polledAt.keys(), FORGET_AFTER_MS);
    },
  };
}
