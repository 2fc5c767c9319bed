import { type ConnectionCounter, localShare } from '../../domain/limits/counters.ts';
import type { Clock } from '../../lib/clock.ts';
import { createScope } from '../../lib/scope.ts';
import { createPlaces } from '../local/places.ts';
import type { Breaker } from './breaker.ts';
import type { RedisClients } from './clients.ts';
import { createConnectionScripts, type Place } from './connection-scripts.ts';

/**
 * The places of a dead replica are free again after this. Until then a user who had all places cannot come back, and
 * every user is to be back within ten seconds.
 */
const LEASE_MS = 6_000;
/** Leases of open connections are renewed this often: two renewals may be lost. */
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
 * Places per user over all replicas, as leases in Redis. While Redis is away, a user may have this replica's share of
 * them, counted over the connections that are open here. When Redis is back, those are registered again, and no
 * connection is closed.
 */
export function createRedisConnectionCounter(options: RedisConnectionCounterOptions): RedisConnectionCounter {
  const { clients, breaker, prefix, maxPerUser, replicas, clock } = options;
  const { leaseMs = LEASE_MS, renewMs = RENEW_MS } = options;
  const scripts = createConnectionScripts(clients.commands, prefix);
  const open = createPlaces();
  /** Places that Redis may still keep for closed connections, by connection; their leases end by themselves. */
  const owed = new Map<string, { userId: string; since: number }>();
  let users: number | null = null;
  const running = createScope();

  function giveBack(userId: string, connectionId: string): void {
    owed.set(connectionId, { userId, since: clock.now() });
    void settle([[userId, connectionId]]);
  }
  async function settle(places: readonly Place[]): Promise<void> {
    if (places.length === 0) return;
    const answer = await breaker.ask(() => scripts.giveBack(places));
    if (answer !== null) for (const [, connectionId] of places) owed.delete(connectionId);
  }

  function renew(): void {
    for (const [connectionId, { since }] of owed)
      if (clock.now() - since > leaseMs) owed.delete(connectionId);
    void settle([...owed].map(([connectionId, { userId }]) => [userId, connectionId]));
    const places = [...open.all()];
    if (places.length > 0) void breaker.ask(() => scripts.keep(places, leaseMs));
  }
  async function countUsers(): Promise<void> {
    users = await breaker.ask(scripts.users);
  }
  breaker.onClose(() => {
    renew();
    void countUsers();
  });

  return {
    async acquire(userId, connectionId, replaced) {
      const place = [userId, connectionId] as const;
      const isFree = await breaker.ask(() => scripts.occupy(place, leaseMs, maxPerUser, replaced));
      if (isFree === 0) return false;
      if (isFree === null && !(open.count(userId) < localShare(maxPerUser, replicas()))) {
        // Redis may have run the script, and only its answer was lost.
        giveBack(userId, connectionId);
        return false;
      }
      open.add(userId, connectionId);
      return true;
    },
    release(userId, connectionId) {
      if (open.remove(userId, connectionId)) giveBack(userId, connectionId);
    },
    uniqueUsers: () => (breaker.isClosed() ? users : null),
    start() {
      running.add(
        clock.every(renewMs, renew),
        clock.every(COUNT_USERS_MS, () => void countUsers()),
      );
    },
    async stop() {
      running.end();
      const places = [...open.all()];
      for (const place of places) open.remove(...place);
      await settle(places);
    },
  };
}
