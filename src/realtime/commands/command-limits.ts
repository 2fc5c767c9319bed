import { charged, costsNothing, type Price } from '../../domain/limits/charge.ts';
import type { RateLimiter } from '../../domain/limits/counters.ts';
import { TradecastError } from '../../protocol/errors.ts';
import type { ClientEvent } from '../../protocol/events.ts';
import type { LimitedEvent } from '../../protocol/rate-limits.ts';
import type { Peer } from '../peer.ts';

/** Rate limits of commands, per connection and per user. */
export interface CommandLimits {
  /** Runs a command at the cost of one point. Throws RATE_LIMITED. */
  charge<T>(peer: Peer, event: ClientEvent, run: () => Promise<T>): Promise<T>;
  /** Takes the point of an event that is no command. Throws RATE_LIMITED. */
  chargeUnknown(peer: Peer): Promise<void>;
}

export function createCommandLimits(limiter: RateLimiter): CommandLimits {
  /**
   * The first subscription of each kind on a connection. A restart makes every tab of a user subscribe anew; the
   * limit of `connect` bounds how often. So it costs the connection its point, and the user none.
   */
  const begun = new WeakMap<Peer, Set<string>>();

  function priceOf(peer: Peer, limit: LimitedEvent, isFirst: boolean): Price {
    const own = [limit, peer.id] as const;
    const name = limit === 'unknown' ? 'unknown events' : limit;
    return {
      limiter,
      points: isFirst ? [own] : [own, [`user:${limit}`, peer.principal.user.id]],
      refusal: (retryAfterMs) =>
        new TradecastError('RATE_LIMITED', `Rate limit exceeded for ${name}`, { retryAfterMs }),
    };
  }

  return {
    async charge(peer, event, run) {
      const kinds = begun.get(peer) ?? new Set();
      const isFirst = event.startsWith('subscribe:') && !kinds.has(event);
      if (isFirst) begun.set(peer, kinds.add(event));
      try {
        return await charged(priceOf(peer, event, isFirst), run);
      } catch (error) {
        // What the service failed to do may be tried again as the first.
        if (isFirst && costsNothing(error)) kinds.delete(event);
        throw error;
      }
    },
    chargeUnknown: (peer) => charged(priceOf(peer, 'unknown', false), async () => {}),
  };
}
