import { type LimitVerdict, localShare, type RateLimiter } from '../../domain/limits/counters.ts';
import type { RateLimit } from '../../protocol/limits.ts';

/**
 * Fixed windows in memory. This process allows its share of each limit among `replicas`. Throws on an unknown name.
 */
export function createLocalRateLimiter(
  limits: Readonly<Record<string, RateLimit>>,
  replicas: () => number = () => 1,
): RateLimiter {
  const windows = new Map(
    Object.entries(limits).map(([name, limit]) => [name, { ...limit, take: createWindows(limit.seconds) }]),
  );

  return {
    async consume(name, key) {
      const limit = windows.get(name);
      if (!limit) throw new Error(`no such limit: ${name}`);
      return limit.take(key, localShare(limit.points, replicas()));
    },
  };
}

interface Window {
  used: number;
  /** By `performance.now()`: a step of the system's clock makes no window longer. */
  readonly endsAt: number;
}

/** The windows of one limit, by key. All are equally long, so they end in the order in which they began. */
function createWindows(seconds: number) {
  const open = new Map<string, Window>();

  function forgetEnded(now: number): void {
    for (const [key, { endsAt }] of open) {
      if (endsAt > now) return;
      open.delete(key);
    }
  }

  return (key: string, points: number): LimitVerdict => {
    const now = performance.now();
    forgetEnded(now);
    const window = open.get(key) ?? { used: 0, endsAt: now + seconds * 1_000 };
    if (!(window.used < points)) return { allowed: false, retryAfterMs: Math.ceil(window.endsAt - now) };
    window.used += 1;
    open.set(key, window);
    return {
      allowed: true,
      giveBack() {
        window.used -= 1;
      },
    };
  };
}
