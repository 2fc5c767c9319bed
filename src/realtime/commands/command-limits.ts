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
   * limit of `connect` bounds how often. So it costs the user no point, and the connection one only when it has
   * worked: what failed with the database may be tried again.
   */
  const begun = new WeakMap<Peer, Set<string>>();

  async function takePoint(peer: Peer, limit: LimitedEvent): Promise<void> {
    const own = await limiter.consume(limit, peer.id);
    const verdict = own.allowed ? await limiter.consume(`user:${limit}`, peer.principal.user.id) : own;
    if (verdict.allowed) return;
    const name = limit === 'unknown' ? 'unknown events' : limit;
    throw new TradecastError('RATE_LIMITED', `Rate limit exceeded for ${name}`, {
      retryAfterMs: verdict.retryAfterMs,
    });
  }

  return {
    async charge(peer, event, run) {
      const kinds = begun.get(peer) ?? new Set();
      if (!event.startsWith('subscribe:') || kinds.has(event)) {
        await takePoint(peer, event);
        return run();
      }
      begun.set(peer, kinds.add(event));
      try {
        const result = await run();
        await limiter.consume(event, peer.id);
        return result;
      } catch (error) {
        kinds.delete(event);
        throw error;
      }
    },
    chargeUnknown: (peer) => takePoint(peer, 'unknown'),
  };
}
