import { isIPv6 } from 'node:net';
import type { RateLimiter } from '../domain/limits/counters.ts';
import { TradecastError } from '../protocol/errors.ts';
import type { HttpLimit } from '../protocol/limits.ts';

/** Takes one point. Throws RATE_LIMITED with the time to wait. */
export async function takePoint(limiter: RateLimiter, limit: HttpLimit, key: string): Promise<void> {
  const verdict = await limiter.consume(limit, key);
  if (verdict.allowed) return;
  const { retryAfterMs } = verdict;
  throw new TradecastError('RATE_LIMITED', 'Too many requests: wait before you try again.', { retryAfterMs });
}

/** The unit of an address limit: an IPv4 address, or the /64 that belongs to one IPv6 customer. */
export function addressKey(address: string | undefined): string {
  if (address === undefined) return 'unknown';
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address;
  const [head = '', tail = ''] = address.split('%')[0]!.split('::');
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const missing = Math.max(0, 8 - groups(head).length - groups(tail).length);
  const all = [...groups(head), ...Array<string>(missing).fill('0'), ...groups(tail)];
  return `${all.slice(0, 4).join(':')}::/64`;
}
