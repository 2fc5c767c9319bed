/** Counters that all replicas share. */
import type { RateLimit } from '../../protocol/limits.ts';

export interface ConnectionCounter {
  /** Occupies one of the user's places, or that of the connection which it replaces; false when none is free. */
  acquire(userId: string, connectionId: string, replaced?: string): Promise<boolean>;
  release(userId: string, connectionId: string): void;
}

/** A limit and its scope: counted by the replica of the connection, or by all replicas together. */
export interface NamedLimit extends RateLimit {
  readonly scope: 'connection' | 'shared';
}

export type LimitVerdict =
  | {
      readonly allowed: true;
      /** Undoes the use: the next one of this window finds the point again. Called once at most. */
      giveBack(): void;
    }
  | { readonly allowed: false; readonly retryAfterMs: number };

export interface RateLimiter {
  /**
   * Uses one point of `key` under the named limit; a refused use costs none. Fails closed to a per-replica limit, never
   * to "unlimited".
   */
  consume(limit: string, key: string): Promise<LimitVerdict>;
}

/**
 * What one replica allows of a limit while it cannot ask the others:
 * the sum stays the limit, and no user is locked out.
 */
export const localShare = (limit: number, replicas: number): number =>
  Math.max(1, Math.floor(limit / Math.max(1, replicas)));
