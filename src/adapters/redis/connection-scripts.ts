/**
 * The places of all users in Redis, each a lease that ends by Redis' own time: `<prefix>:places:<user>` has the
 * connections, `<prefix>:users` the users with a place, both sorted by the end of the lease. Redis runs a script
 * as one step, so two replicas never both take the last place.
 */
import type { Redis } from 'ioredis';

const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

/** KEYS users, places. ARGV user, connection, lease ms, most places. 1 when the place was taken. */
const TAKE = `${NOW}
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
if redis.call('ZCARD', KEYS[2]) >= tonumber(ARGV[4]) then return 0 end
local ends = now + ARGV[3]
redis.call('ZADD', KEYS[2], ends, ARGV[2])
redis.call('PEXPIRE', KEYS[2], ARGV[3])
redis.call('ZADD', KEYS[1], ends, ARGV[1])
return 1
`;

/**
 * KEYS users, then the places of each connection's user. ARGV lease ms, then user, connection for each. Takes a
 * place again that is gone, over the limit too: the connection is open.
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

/** KEYS and ARGV as above, the lease apart. A user is live as long as the last of the places left. */
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

/** A connection and whose it is. */
export type Place = readonly [userId: string, connectionId: string];

export interface ConnectionScripts {
  /** 0 when all places are taken. */
  take(place: Place, leaseMs: number, maxPerUser: number): Promise<number>;
  keep(places: readonly Place[], leaseMs: number): Promise<object>;
  giveBack(places: readonly Place[]): Promise<object>;
  users(): Promise<number>;
}

interface WithScripts {
  takePlace(...args: (string | number)[]): Promise<number>;
  keepPlaces(...args: (string | number)[]): Promise<number>;
  giveBackPlaces(...args: (string | number)[]): Promise<number>;
  liveUsers(...args: (string | number)[]): Promise<number>;
}

/** One script works on this many places: a fraction of a millisecond in which Redis serves nobody else. */
const BATCH = 200;

export function createConnectionScripts(redis: Redis, prefix: string): ConnectionScripts {
  redis.defineCommand('takePlace', { numberOfKeys: 2, lua: TAKE });
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
    take: (place, leaseMs, maxPerUser) =>
      scripts.takePlace(usersKey, placesKey(place), ...place, leaseMs, maxPerUser),
    keep: (places, leaseMs) =>
      inBatches(places, (batch) => scripts.keepPlaces(...keysOf(batch), leaseMs, ...batch.flat())),
    giveBack: (places) =>
      inBatches(places, (batch) => scripts.giveBackPlaces(...keysOf(batch), ...batch.flat())),
    users: () => scripts.liveUsers(usersKey),
  };
}
