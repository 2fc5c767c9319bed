import type { LimitVerdict, NamedLimit, RateLimiter } from '../../domain/limits/counters.ts';
import { createLocalRateLimiter } from '../local/rate-limiter.ts';
import type { Breaker } from './breaker.ts';
import type { RedisClients } from './clients.ts';
import { createLimitScripts, type LimitScripts } from './limit-scripts.ts';

export interface RedisRateLimiterOptions {
  readonly clients: Pick<RedisClients, 'commands'>;
  readonly breaker: Breaker;
  readonly prefix: string;
  readonly limits: Readonly<Record<string, NamedLimit>>;
  /** Replicas last seen: while Redis is away, each allows its share of a shared limit. */
  readonly replicas: () => number;
}

/**
 * Fixed windows: those of a connection in memory, because it lives on one replica; the shared ones in Redis. While
 * Redis is away, a shared limit is this replica's share of it, counted from zero. Points used before in Redis, or
 * meanwhile in memory, are not carried over, which costs at most one window's points per outage.
 */
export function createRedisRateLimiter(options: RedisRateLimiterOptions): RateLimiter {
  const { clients, breaker, prefix, limits, replicas } = options;
  const of = (scope: NamedLimit['scope']): [string, NamedLimit][] =>
    Object.entries(limits).filter(([, limit]) => limit.scope === scope);
  const ofConnections = createLocalRateLimiter(Object.fromEntries(of('connection')));
  const whileAway = createLocalRateLimiter(Object.fromEntries(of('shared')), replicas);
  const scripts = createLimitScripts(clients.commands);
  const shared = new Map(
    of('shared').map(([name, limit]) => [
      name,
      createSharedWindows({ scripts, breaker, prefix: `${prefix}:limit:${name}`, limit }),
    ]),
  );

  return {
    async consume(name, key) {
      const take = shared.get(name);
      if (!take) return ofConnections.consume(name, key);
      return (await take(key)) ?? whileAway.consume(name, key);
    },
  };
}

/** A used-up window is asked for at most once in this time and replica: a flood does not reach Redis. */
const REFUSED_MS = 1_000;

interface SharedWindows {
  readonly scripts: LimitScripts;
  readonly breaker: Breaker;
  readonly prefix: string;
  readonly limit: NamedLimit;
}

/** The windows of one limit in Redis; null while it is away. Times are those of `performance.now()`. */
function createSharedWindows({ scripts, breaker, prefix, limit }: SharedWindows) {
  const { points, seconds } = limit;
  /** Windows that were used up when Redis was asked last, the oldest answer first. */
  const usedUp = new Map<string, { readonly askedAt: number; readonly endsAt: number }>();

  function forgetOld(now: number): void {
    for (const [window, { askedAt }] of usedUp) {
      if (now - askedAt < REFUSED_MS) return;
      usedUp.delete(window);
    }
  }
  const refused = (endsAt: number, now: number): LimitVerdict => ({
    allowed: false,
    retryAfterMs: Math.max(1, Math.ceil(endsAt - now)),
  });

  return async (key: string): Promise<LimitVerdict | null> => {
    const window = `${prefix}:${key}`;
    const now = performance.now();
    forgetOld(now);
    const known = usedUp.get(window);
    if (known && known.endsAt > now) return refused(known.endsAt, now);
    const answer = await breaker.ask(() => scripts.take(window, points, seconds * 1_000));
    if (answer === null) return null;
    const [taken, leftMs] = answer;
    const askedAt = performance.now();
    const endsAt = askedAt + leftMs;
    if (taken === 0) {
      usedUp.delete(window);
      usedUp.set(window, { askedAt, endsAt });
      return refused(endsAt, askedAt);
    }
    return {
      allowed: true,
      giveBack() {
        // The next window owes this one nothing.
        if (performance.now() >= endsAt) return;
        usedUp.delete(window);
        void breaker.ask(() => scripts.giveBack(window));
      },
    };
  };
}
