/**
 * Fixed windows in Redis: `<prefix>:limit:<limit>:<key>` is the number of used points, and it expires at the end of the
 * window. Redis runs a script as one step, so two replicas never both take the last point.
 */
import type { Redis } from 'ioredis';

/** KEYS window. ARGV points, window ms. Whether there was a point (1 or 0), and the milliseconds to the window's end. */
const TAKE = `
redis.call('set', KEYS[1], 0, 'PX', ARGV[2], 'NX')
local used = tonumber(redis.call('get', KEYS[1]))
local left = redis.call('pttl', KEYS[1])
if used >= tonumber(ARGV[1]) then return {0, left} end
redis.call('incrby', KEYS[1], 1)
return {1, left}
`;

/** KEYS window. A window that has ended is left alone. */
const GIVE_BACK = `
local used = tonumber(redis.call('get', KEYS[1]) or 0)
if used > 0 then redis.call('incrby', KEYS[1], -1) end
return used
`;

export interface LimitScripts {
  take(window: string, points: number, windowMs: number): Promise<[taken: number, leftMs: number]>;
  giveBack(window: string): Promise<number>;
}

interface WithScripts {
  takePoint(window: string, points: number, windowMs: number): Promise<[number, number]>;
  givePointBack(window: string): Promise<number>;
}

export function createLimitScripts(redis: Redis): LimitScripts {
  redis.defineCommand('takePoint', { numberOfKeys: 1, lua: TAKE });
  redis.defineCommand('givePointBack', { numberOfKeys: 1, lua: GIVE_BACK });
  const scripts = redis as unknown as WithScripts;
  return {
    take: (window, points, windowMs) => scripts.takePoint(window, points, windowMs),
    giveBack: (window) => scripts.givePointBack(window),
  };
}
