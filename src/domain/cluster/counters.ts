/** Counters that are one for all replicas. */

export interface ConnectionCounter {
  /** Takes one of the user's places; false when all are taken. */
  acquire(userId: string, connectionId: string): Promise<boolean>;
  release(userId: string, connectionId: string): void;
}

export type LimitVerdict = { allowed: true } | { allowed: false; retryAfterMs: number };

export interface RateLimiter {
  /** Takes one point of `key` under the named limit. Fails closed to a per-replica limit, never to "unlimited". */
  consume(limit: string, key: string): Promise<LimitVerdict>;
}
