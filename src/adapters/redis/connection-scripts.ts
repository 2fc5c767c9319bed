/**
 * The places of all users in Redis, each a lease that ends by Redis' own time: `<prefix>:places:<user>` contains the
 * connections, `<prefix>:users` the users with a place, both sorted by the end of the lease. Redis runs a script as one
 * step, so two replicas never both get the last place.
 */
import type { Redis } from 'ioredis';

const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

/**
 * KEYS users, places. ARGV user, connection, lease ms, most places, the connection that is replaced (or an empty text).
 * 1 when there was a free place.
 */
const OCCUPY = `${NOW}
redis.call('ZREM', KEYS[2], ARGV[5])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
if redis.call('ZCARD', KEYS[2]) >= tonumber(ARGV[4]) then return 0 end
local ends = now + ARGV[3]
redis.call('ZADD', KEYS[2], ends, ARGV[2])
redis.call('PEXPIRE', KEYS[2], ARGV[3])
redis.call('ZADD', KEYS[1], ends, ARGV[1])
return 1
`;

/**
 * KEYS users, then the places of each connection's user. ARGV lease ms, then user, connection for each. A place that is
 * gone is occupied again, over the limit too: the connection is open.
 */
const KEEP = `${NOW}
local ends = now + ARGV[1]
for i = 2, #KEYS do
  redis.call('ZADD', KEYS[i], ends, ARGV[2 * i - 1])
  redis.call('PEXPIRE', KEYS[i], ARGV[1])
  redis.call('ZADD', KEYS[1], ends, ARGV[2 * i - 2])
end
return 1
`;

/** KEYS and ARGV as above, without the lease. A user is live as long as the last of the remaining places. */
const GIVE_BACK = `${NOW}
for i = 2, #KEYS do
  redis.call('ZREM', KEYS[i], ARGV[2 * i - 2])
  local last = redis.call('ZREVRANGE', KEYS[i], 0, 0, 'WITHSCORES')
  if last[2] and tonumber(last[2]) > now then
    redis.call('ZADD', KEYS[1], last[2], ARGV[2 * i - 3])
  else
    redis.call('ZREM', KEYS[1], ARGV[2 * i - 3])
  end
end
return 1
`;

/** KEYS users. How many have a place whose lease has not ended. */
const USERS = `${NOW}
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
return redis.call('ZCARD', KEYS[1])
`;

/**
 * KEYS users, places. Every command of the scripts above, on a place whose lease ended in 1970: no count has it, and
 * nothing of it stays.
 */
const TRIAL = `${NOW}
redis.call('ZADD', KEYS[1], 0, ARGV[1])
redis.call('ZADD', KEYS[2], 0, ARGV[1])
redis.call('PEXPIRE', KEYS[2], 1)
redis.call('ZCARD', KEYS[2])
redis.call('ZREVRANGE', KEYS[2], 0, 0, 'WITHSCORES')
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
redis.call('ZREM', KEYS[1], ARGV[1])
return 1
`;

/** A connection and its user. */
export type Place = readonly [userId: string, connectionId: string];

export interface ConnectionScripts {
  /** 0 when no place is free. */
  occupy(place: Place, leaseMs: number, maxPerUser: number, replaced?: string): Promise<number>;
  keep(places: readonly Place[], leaseMs: number): Promise<object>;
  giveBack(places: readonly Place[]): Promise<object>;
  users(): Promise<number>;
}

interface WithScripts {
  occupyPlace(...args: (string | number)[]): Promise<number>;
  keepPlaces(...args: (string | number)[]): Promise<number>;
  giveBackPlaces(...args: (string | number)[]): Promise<number>;
  liveUsers(...args: (string | number)[]): Promise<number>;
}

/** Places of one script: a fraction of a millisecond in which Redis serves no other command. */
const BATCH = 200;

export function createConnectionScripts(redis: Redis, prefix: string): ConnectionScripts {
  redis.defineCommand('occupyPlace', { numberOfKeys: 2, lua: OCCUPY });
  redis.defineCommand('keepPlaces', { lua: KEEP });
  redis.defineCommand('giveBackPlaces', { lua: GIVE_BACK });
  redis.defineCommand('liveUsers', { numberOfKeys: 1, lua: USERS });
  const scripts = redis as unknown as WithScripts;
  const usersKey = `${prefix}:users`;
  const placesKey = ([userId]: Place): string => `${prefix}:places:${userId}`;

  /** All batches leave in one go; none waits for the answer to another. */
  const inBatches = (places: readonly Place[], run: (batch: readonly Place[]) => Promise<number>) => {
    const batches: (readonly Place[])[] = [];
    for (let at = 0; at < places.length; at += BATCH) batches.push(places.slice(at, at + BATCH));
    return Promise.all(batches.map(run));
  };
  const keysOf = (batch: readonly Place[]) => [batch.length + 1, usersKey, ...batch.map(placesKey)];

  return {
    occupy: (place, leaseMs, maxPerUser, replaced = '') =>
      scripts.occupyPlace(usersKey, placesKey(place), ...place, leaseMs, maxPerUser, replaced),
    keep: (places, leaseMs) =>
      inBatches(places, (batch) => scripts.keepPlaces(...keysOf(batch), leaseMs, ...batch.flat())),
    giveBack: (places) =>
      inBatches(places, (batch) => scripts.giveBackPlaces(...keysOf(batch), ...batch.flat())),
    users: () => scripts.liveUsers(usersKey),
  };
}

/** Runs, each time it is called, all commands of the scripts on the keys of a user who is nobody. */
export function trialOfScripts(redis: Redis, prefix: string, name: string): () => Promise<unknown> {
  redis.defineCommand('tryPlaces', { numberOfKeys: 2, lua: TRIAL });
  const { tryPlaces } = redis as unknown as { tryPlaces(...args: string[]): Promise<number> };
  return () => tryPlaces.call(redis, `${prefix}:users`, `${prefix}:places:${name}`, name);
}
