import { isIPv6 } from 'node:net';

/**
 * The client of a request behind this many proxies, as Express reads it: each proxy appends the address that it was
 * called from to X-Forwarded-For, so what a client wrote into it counts for nothing.
 */
export function clientAddress(
  remote: string | undefined,
  forwardedFor: string | undefined,
  proxies: number,
): string | undefined {
  const forwarded = forwardedFor?.split(',').map((address) => address.trim()) ?? [];
  const nearestFirst = [remote, ...forwarded.reverse().filter((address) => address !== '')];
  return nearestFirst[Math.min(proxies, nearestFirst.length - 1)];
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
