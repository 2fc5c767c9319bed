import type { IncomingMessage } from 'node:http';
import { isIPv4, isIPv6 } from 'node:net';

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

/** What a request says of its client. */
type AddressedRequest = Pick<IncomingMessage, 'socket' | 'headers'>;

/** The address of a request's client, as limits count it. */
export const addressOf = ({ socket, headers }: AddressedRequest, proxies: number): string =>
  addressKey(clientAddress(socket.remoteAddress, headers['x-forwarded-for']?.toString(), proxies));

/**
 * The unit of an address limit: an IPv4 address, or the /64 that belongs to one IPv6 customer. One normal form, however
 * the address is written: with a port, as IPv4 mapped into IPv6, shortened, or in capitals.
 */
export function addressKey(address: string | undefined): string {
  if (address === undefined) return 'unknown';
  const bare = withoutPort(address.trim());
  if (isIPv4(bare)) return bare;
  if (!isIPv6(bare)) return bare.toLowerCase();
  const groups = groupsOf(bare);
  const [high, low] = groups.slice(6);
  if (isMapped(groups)) return [high! >> 8, high! & 255, low! >> 8, low! & 255].join('.');
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

/** `[2001:db8::1]:443` and `192.0.2.1:443`, as some proxies write them. */
const withoutPort = (address: string): string =>
  /^\[([^\]]+)\](?::\d+)?$/.exec(address)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(address)?.[1] ?? address;

/** IPv4-mapped IPv6: `::ffff:192.0.2.1` (RFC 4291, section 2.5.5.2). */
const isMapped = (groups: readonly number[]): boolean =>
  groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;

/** The eight groups of an IPv6 address. */
function groupsOf(address: string): number[] {
  const [unscoped = ''] = address.split('%');
  const hex = unscoped.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_dotted, ...bytes: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = bytes.slice(0, 4).map(Number);
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
  const [head = '', tail = ''] = hex.split('::');
  const read = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const [first, last] = [read(head), read(tail)];
  return [...first, ...Array<number>(Math.max(0, 8 - first.length - last.length)).fill(0), ...last];
}
