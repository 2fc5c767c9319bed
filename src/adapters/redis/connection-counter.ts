import { type ConnectionCounter, localShare } from '../../domain/limits/counters.ts';
import type { Clock } from '../../lib/clock.ts';
import { createScope } from '../../lib/scope.ts';
import { createPlaces } from '../local/places.ts';
import type { Breaker } from './breaker.ts';
import type { RedisClients } from './clients.ts';
import { createConnectionScripts } from './connection-scripts.ts';
import { createPlaceLease } from './place-lease.ts';

/**
 * The places of a dead replica are free again after this. Until then a user who had all places cannot come back, and
 * every user is to be back within ten seconds.
 */
const LEASE_MS = 6_000;
/** A replica's lease is renewed this often: two renewals may be lost. */
const RENEW_MS = 2_000;
const COUNT_USERS_MS = 1_000;

export interface RedisConnectionCounterOptions {
  readonly clients: Pick<RedisClients, 'commands'>;
  readonly breaker: Breaker;
  readonly prefix: string;
  readonly maxPerUser: number;
  /** Replicas last seen: while Redis is away, each allows its share of the limit. */
  readonly replicas: () => number;
  readonly clock: Clock;
  readonly leaseMs?: number;
  readonly renewMs?: number;
}

export interface RedisConnectionCounter extends ConnectionCounter {
  /** Users with a live place on any replica, as of a second ago; null while Redis is away. */
  uniqueUsers(): number | null;
  start(): void;
  /** Gives back every place of this replica, if Redis can be reached. */
  stop(): Promise<void>;
}

/**
 * Places per user over all replicas, on one lease of each replica in Redis. While Redis is away, a user may have this
 * replica's share of them, counted over the connections that are open here. When Redis is back, what it does not know is
 * registered, and no connection is closed.
 */
export function createRedisConnectionCounter(options: RedisConnectionCounterOptions): RedisConnectionCounter {
  const { clients, breaker, prefix, maxPerUser, replicas, clock } = options;
  const { leaseMs = LEASE_MS, renewMs = RENEW_MS } = options;
  const scripts = createConnectionScripts(clients.commands, prefix);
  const open = createPlaces();
  const lease = createPlaceLease({ scripts, breaker, leaseMs, maxPerUser, open: open.all });
  let users: number | null = null;
  const running = createScope();

  async function countUsers(): Promise<void> {
    users = await breaker.ask(scripts.users);
  }
  breaker.onClose(() => {
    void lease.renew();
    void countUsers();
  });

  return {
    async acquire(userId, connectionId, replaced) {
      const place = [userId, connectionId] as const;
      const isFree = await lease.occupy(place, replaced);
      if (isFree === false) return false;
      if (isFree === null) {
        // Redis may have run the script, and only its answer was lost.
        if (!(open.count(userId) < localShare(maxPerUser, replicas()))) {
          lease.giveBack(place);
          return false;
        }
        lease.add(place);
      }
      open.add(userId, connectionId);
      return true;
    },
    release(userId, connectionId) {
      if (open.remove(userId, connectionId)) lease.giveBack([userId, connectionId]);
    },
    uniqueUsers: () => (breaker.isClosed() ? users : null),
    start() {
      running.add(
        clock.every(renewMs, () => void lease.renew()),
        clock.every(COUNT_USERS_MS, () => void countUsers()),
      );
    },
    async stop() {
      running.end();
      for (const place of [...open.all()]) open.remove(...place);
      await lease.end();
    },
  };
}
