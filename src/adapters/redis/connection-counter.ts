import { type ConnectionCounter, localShare } from '../../domain/limits/counters.ts';
import type { Cancel, Clock } from '../../lib/clock.ts';
import { createPlaces } from '../local/places.ts';
import type { Breaker } from './breaker.ts';
import type { RedisClients } from './clients.ts';
import { createConnectionScripts, type Place } from './connection-scripts.ts';

/**
 * The places of a replica that died are free again after this, milliseconds: until then a user who had all places
 * taken cannot come back, and everybody is to be back within ten seconds.
 */
const LEASE_MS = 6_000;
/** Leases of open connections are renewed this often: two renewals may be lost, milliseconds. */
const RENEW_MS = 2_000;
const COUNT_USERS_MS = 1_000;

export interface RedisConnectionCounterOptions {
  readonly clients: Pick<RedisClients, 'commands'>;
  readonly breaker: Breaker;
  readonly prefix: string;
  readonly maxPerUser: number;
  /** Replicas last seen: while Redis is away each allows its share of the limit. */
  readonly replicas: () => number;
  readonly clock: Clock;
  readonly leaseMs?: number;
  readonly renewMs?: number;
}

export interface RedisConnectionCounter extends ConnectionCounter {
  /** Users with a live place anywhere, as of a second ago; null while Redis is away. */
  uniqueUsers(): number | null;
  start(): void;
  /** Gives back every place of this replica, where Redis can be told. */
  stop(): Promise<void>;
}

/**
 * Places per user over all replicas, as leases in Redis. While Redis is away a user may have this replica's share
 * of them, counted over the connections that are open here; when it is back those are registered again, and nobody
 * is thrown out.
 */
export function createRedisConnectionCounter(options: RedisConnectionCounterOptions): RedisConnectionCounter {
  const { clients, breaker, prefix, maxPerUser, replicas, clock } = options;
  const { leaseMs = LEASE_MS, renewMs = RENEW_MS } = options;
  const scripts = createConnectionScripts(clients.commands, prefix);
  const open = createPlaces();
  /** Places that Redis may still hold for connections that are gone, by connection; it forgets them in a lease. */
  const owed = new Map<string, { userId: string; since: number }>();
  let users: number | null = null;
  let timers: Cancel[] = [];

  function giveBack(userId: string, connectionId: string): void {
    owed.set(connectionId, { userId, since: clock.now() });
    void settle([[userId, connectionId]]);
  }
  async function settle(places: readonly Place[]): Promise<void> {
    if (places.length === 0) return;
    const told = await breaker.ask(() => scripts.giveBack(places));
    if (told !== null) for (const [, connectionId] of places) owed.delete(connectionId);
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
    async acquire(userId, connectionId) {
      const taken = await breaker.ask(() => scripts.take([userId, connectionId], leaseMs, maxPerUser));
      if (taken === 0) return false;
      if (taken === null && !(open.count(userId) < localShare(maxPerUser, replicas()))) {
        // Redis may have heard the question and only the answer was lost.
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
      timers = [clock.every(renewMs, renew), clock.every(COUNT_USERS_MS, () => void countUsers())];
    },
    async stop() {
      for (const cancel of timers.splice(0)) cancel();
      const places = [...open.all()];
      for (const place of places) open.remove(...place);
      await settle(places);
    },
  };
}
