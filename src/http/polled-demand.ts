import { randomUUID } from 'node:crypto';
import type { Bus } from '../domain/bus/bus.ts';
import { DEMAND_REFRESH_MS } from '../domain/market/demand.ts';
import type { Clock } from '../lib/clock.ts';

/** A symbol nobody has polled for this long is let go, milliseconds: well above the pace of any poller. */
const FORGET_AFTER_MS = 60_000;

/** Keeps quotes coming for those who poll because they can get no socket. */
export interface PolledDemand {
  want(symbols: Iterable<string>): void;
}

/** Needs no timer: each poll repeats the demand, and when the last poller leaves, the market forgets a subscriber that went quiet. */
export function createPolledDemand({ bus, clock }: { bus: Bus; clock: Clock }): PolledDemand {
  const subscriber = `http-${randomUUID()}`;
  const asked = new Map<string, number>();
  let told = Number.NEGATIVE_INFINITY;

  return {
    want(symbols) {
      const now = clock.now();
      let changed = false;
      for (const symbol of symbols) {
        changed ||= !asked.has(symbol);
        asked.set(symbol, now);
      }
      if (asked.size === 0 || (!changed && now - told < DEMAND_REFRESH_MS)) return;
      for (const [symbol, at] of asked) if (now - at > FORGET_AFTER_MS) asked.delete(symbol);
      told = now;
      bus.publish('demand', { replica: subscriber, symbols: [...asked.keys()] });
    },
  };
}
