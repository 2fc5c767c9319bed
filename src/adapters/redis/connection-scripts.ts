/**
 * The places of all users in Redis. A replica has one lease for all of its places, in `<prefix>:place:replicas`, sorted by
 * its end in Redis' own time: a place counts while the lease of its replica lasts. `<prefix>:place:of:<user>` contains
 * the places as `<replica> <connection>`, `<prefix>:place:at:<replica>` the users with a place there, and
 * `<prefix>:place:users` all users with one. Redis runs a script as one step, so two replicas never both get the last
 * place. All are sorted sets, and read as such: an ACL of an earlier release grants these commands and no others.
 */
import type { Redis } from 'ioredis';

/** In all scripts the first key is `<prefix>:place:replicas`. */
const BEGIN = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function isLive(replica)
  return tonumber(redis.call('ZADD', KEYS[1], 'XX', 'INCR', 0, replica) or 0) > now
end
local function oldest()
  local lease = redis.call('ZREVRANGE', KEYS[1], -1, -1, 'WITHSCORES')
  return lease[1], tonumber(lease[2] or now + 1) <= now
end
local function split(place) return string.match(place, '^(%S+) (.+)$') end
`;

/** KEYS replicas. ARGV replica, lease ms, whether it begins (1 or 0). The answer is one of `LEASE`. */
const RENEW = `${BEGIN}
if ARGV[3] == '0' and not isLive(ARGV[1]) then return 0 end
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
local _, hasEnded = oldest()
return hasEnded and 2 or 1
`;

/**
 * KEYS replicas, users, places of the user, users at the replica. ARGV replica, user, connection, most places, the
 * connection that is replaced (or an empty text). The answer is one of `OCCUPIED`.
 */
const OCCUPY = `${BEGIN}
if not isLive(ARGV[1]) then return -1 end
local held = 0
for _, place in ipairs(redis.call('ZREVRANGE', KEYS[3], 0, -1)) do
  local replica, connection = split(place)
  if connection == ARGV[5] or not isLive(replica) then redis.call('ZREM', KEYS[3], place)
  else held = held + 1 end
end
if held >= tonumber(ARGV[4]) then return 0 end
redis.call('ZADD', KEYS[3], 0, ARGV[1] .. ' ' .. ARGV[3])
redis.call('ZADD', KEYS[4], 0, ARGV[2])
redis.call('ZADD', KEYS[2], 0, ARGV[2])
return 1
`;

/**
 * KEYS replicas, users, users at the replica, then the places of each connection's user. ARGV replica, then user,
 * connection for each. They are occupied over the limit too: the connections are open. 0 where the lease has ended.
 */
const REGISTER = `${BEGIN}
if not isLive(ARGV[1]) then return 0 end
for i = 4, #KEYS do
  local user, connection = ARGV[2 * i - 6], ARGV[2 * i - 5]
  redis.call('ZADD', KEYS[i], 0, ARGV[1] .. ' ' .. connection)
  redis.call('ZADD', KEYS[3], 0, user)
  redis.call('ZADD', KEYS[2], 0, user)
end
return 1
`;

/** KEYS and ARGV as above. */
const GIVE_BACK = `${BEGIN}
for i = 4, #KEYS do
  local user, connection = ARGV[2 * i - 6], ARGV[2 * i - 5]
  redis.call('ZREM', KEYS[i], ARGV[1] .. ' ' .. connection)
  local isHere, isAnywhere = false, false
  for _, place in ipairs(redis.call('ZREVRANGE', KEYS[i], 0, -1)) do
    isAnywhere = true
    isHere = isHere or split(place) == ARGV[1]
  end
  if not isHere then redis.call('ZREM', KEYS[3], user) end
  if not isAnywhere then redis.call('ZREM', KEYS[2], user) end
end
return 1
`;

/**
 * KEYS replicas, users. ARGV most users, and what the keys of a replica's users and of a user's places begin with.
 * Removes places of a replica whose lease has ended, and the replica behind its last one. 1 where there may be more.
 */
const SWEEP = `${BEGIN}
local gone, hasEnded = oldest()
if not hasEnded then return 0 end
local at = ARGV[2] .. gone
local users = redis.call('ZREVRANGE', at, 0, ARGV[1] - 1)
if #users == 0 then redis.call('ZREM', KEYS[1], gone) end
for _, user in ipairs(users) do
  redis.call('ZREM', at, user)
  local isAnywhere = false
  for _, place in ipairs(redis.call('ZREVRANGE', ARGV[3] .. user, 0, -1)) do
    if split(place) == gone then redis.call('ZREM', ARGV[3] .. user, place) else isAnywhere = true end
  end
  if not isAnywhere then redis.call('ZREM', KEYS[2], user) end
end
return 1
`;

/** KEYS replicas, places. Every command of the scripts above; nothing of it stays, and no count has it. */
const TRIAL = `${BEGIN}
redis.call('ZADD', KEYS[1], 0, ARGV[1])
redis.call('ZADD', KEYS[2], 0, ARGV[1])
isLive(ARGV[1])
oldest()
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('ZREM', KEYS[2], ARGV[1])
return 1
`;

/** A connection and its user. */
export type Place = readonly [userId: string, connectionId: string];

/** What became of a lease: `ended` before this renewal, `renewed`, or renewed while that of another replica has ended. */
export const LEASE = { ended: 0, renewed: 1, othersEnded: 2 } as const;
/** What became of a wish for a place. */
export const OCCUPIED = { leaseEnded: -1, full: 0, yes: 1 } as const;

/** Places, or users, of one script: a fraction of a millisecond in which Redis serves no other command. */
export const PLACES_OF_ONE = 200;

/** `replica` is the name of its lease. */
export interface ConnectionScripts {
  /** Begins the lease, or renews one that has not ended. */
  renew(replica: string, leaseMs: number, begins: boolean): Promise<number>;
  occupy(replica: string, place: Place, maxPerUser: number, replaced?: string): Promise<number>;
  /** At most `PLACES_OF_ONE`; 0 where the lease has ended. */
  register(replica: string, places: readonly Place[]): Promise<number>;
  /** At most `PLACES_OF_ONE`. */
  giveBack(replica: string, places: readonly Place[]): Promise<number>;
  /** 1 where there may be more to remove. */
  sweep(): Promise<number>;
  /** Users with a place. */
  users(): Promise<number>;
}

type Run = (...args: (string | number)[]) => Promise<number>;
type WithScripts = Readonly<
  Record<'renewPlaces' | 'occupyPlace' | 'registerPlaces' | 'giveBackPlaces' | 'sweepPlaces', Run>
>;

const keysOf = (prefix: string) => ({
  replicas: `${prefix}:place:replicas`,
  users: `${prefix}:place:users`,
  of: `${prefix}:place:of:`,
  at: `${prefix}:place:at:`,
});

export function createConnectionScripts(redis: Redis, prefix: string): ConnectionScripts {
  redis.defineCommand('renewPlaces', { numberOfKeys: 1, lua: RENEW });
  redis.defineCommand('occupyPlace', { numberOfKeys: 4, lua: OCCUPY });
  redis.defineCommand('registerPlaces', { lua: REGISTER });
  redis.defineCommand('giveBackPlaces', { lua: GIVE_BACK });
  redis.defineCommand('sweepPlaces', { numberOfKeys: 2, lua: SWEEP });
  const scripts = redis as unknown as WithScripts;
  const { replicas, users, of, at } = keysOf(prefix);

  const keysAndPlaces = (replica: string, places: readonly Place[]) => [
    places.length + 3,
    ...[replicas, users, at + replica, ...places.map(([userId]) => of + userId)],
    ...[replica, ...places.flat()],
  ];

  return {
    renew: (replica, leaseMs, begins) => scripts.renewPlaces(replicas, replica, leaseMs, begins ? 1 : 0),
    occupy: (replica, [userId, connectionId], maxPerUser, replaced = '') =>
      scripts.occupyPlace(
        ...[replicas, users, of + userId, at + replica],
        ...[replica, userId, connectionId, maxPerUser, replaced],
      ),
    register: (replica, places) => scripts.registerPlaces(...keysAndPlaces(replica, places)),
    giveBack: (replica, places) => scripts.giveBackPlaces(...keysAndPlaces(replica, places)),
    sweep: () => scripts.sweepPlaces(replicas, users, PLACES_OF_ONE, at, of),
    users: () => redis.zcard(users),
  };
}

/** Runs, each time it is called, all commands of the scripts on the keys of a user who is nobody. */
export function trialOfScripts(redis: Redis, prefix: string, name: string): () => Promise<unknown> {
  redis.defineCommand('tryPlaces', { numberOfKeys: 2, lua: TRIAL });
  const { tryPlaces } = redis as unknown as { tryPlaces: Run };
  const { replicas, users, of } = keysOf(prefix);
  return async () => {
    await tryPlaces.call(redis, replicas, of + name, name);
    return redis.zcard(users);
  };
}
